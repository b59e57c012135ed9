package console

import (
	"doorlink"
	"doorlink/office"
)

// usesView is how often a DOOR Link was used: a chart, and the same as a table.
type usesView struct {
	Scans, Calls int // of all days
	Most         int // of anything on one day
	MostOn       string
	First, Last  string
	Bars         []bar
	Rows         []useRow // the latest first
}

// bar is a day of the chart, in the units of its view box.
type bar struct{ X, ScansY, ScansHigh, CallsY, CallsHigh int }

type useRow struct {
	Day          string
	Scans, Calls int
}

// The chart's view box; a bar takes its step but for a gap.
const (
	chartHigh = 110
	chartRoom = 100 // of the tallest bar
	chartStep = 20
)

// uses makes what is shown of days.
func (d *desk) uses(days []office.DayUse) usesView {
	var v usesView
	for _, day := range days {
		v.Scans, v.Calls = v.Scans+day.Scans, v.Calls+day.Calls
		if most := max(day.Scans, day.Calls); most > v.Most {
			v.Most, v.MostOn = most, d.date(day.Day)
		}
	}
	for i, day := range days {
		b := bar{X: i*chartStep + 3, ScansHigh: v.high(day.Scans), CallsHigh: v.high(day.Calls)}
		b.ScansY, b.CallsY = chartHigh-b.ScansHigh, chartHigh-b.CallsHigh
		v.Bars = append(v.Bars, b)
		at := len(days) - 1 - i
		v.Rows = append(v.Rows, useRow{d.date(days[at].Day), days[at].Scans, days[at].Calls})
	}
	if len(days) > 0 {
		v.First, v.Last = d.date(days[0].Day), d.date(days[len(days)-1].Day)
	}
	return v
}

// live are the texts of the sums and of today.
func (v usesView) live(d *desk) live {
	today := v.Rows[0]
	return live{
		"uses.scans": d.lang.Say("console.uses.scans", "n", v.Scans), "uses.calls": d.lang.Say("console.uses.calls", "n", v.Calls),
		"today.scans": d.lang.Number(today.Scans), "today.calls": d.lang.Number(today.Calls),
	}
}

// high is the height of a bar; what is not nothing is seen.
func (v usesView) high(n int) int {
	if n == 0 {
		return 0
	}
	return max(2, n*chartRoom/v.Most)
}

// date is a day of the last weeks, as managers read it.
func (d *desk) date(day doorlink.Day) string {
	return day.Start(d.Location()).In(d.Location()).Format("Mon 2 January")
}
