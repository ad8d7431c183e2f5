// Package terminal is what a command-line program needs of the streams that it
// was started with: output whose reader may go away, lines that show progress,
// a question, the width and colour of what is written to.
//
// What is no terminal gets no progress and no colour, and is asked nothing.
package terminal
