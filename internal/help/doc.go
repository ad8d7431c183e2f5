// Package help writes what a command-line program says about itself: a short page
// for --help, the whole page for `help COMMAND`, topics, man pages, and what was
// meant by a misspelt word.
//
// Flags are in groups (target, requirement, source, output), those that most
// users need first. No line is longer than 100 columns, or than the terminal.
package help
