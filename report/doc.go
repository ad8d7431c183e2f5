// Package report renders an [audit.Report]. Renderers are pure functions of
// the report and their options: whatever they show can be made again from the
// JSON form.
package report
