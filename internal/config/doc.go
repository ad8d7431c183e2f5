// Package config reads remotion-doctor.yaml, the file in which a project says once
// what the flags of the program would say each time.
//
// The file is found upwards from the working directory, up to the root of the
// repository. A flag on the line wins. What decides where credentials are sent, or
// who decides, cannot be configured: a repository would choose it for whoever
// checks it out. In the CI of a pull request, what excuses failures is taken from
// the branch that the request is for (see [Base]).
package config
