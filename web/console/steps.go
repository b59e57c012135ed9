package console

import (
	"net/http"
	"slices"

	"doorlink"
	"doorlink/office"
)

// stepRow is one of the first steps of a new property.
type stepRow struct {
	Icon, Name, Why string
	Done            bool
	Path, Do        string // where it is taken, and the words on the way there; empty: not by the reader, or not yet
}

// stepIcons are the icons of steps that are left.
var stepIcons = map[office.Step]string{
	office.DoorStep: "door", office.KeyStep: "key", office.PeopleStep: "person", office.LinkStep: "mark", office.StickerStep: "print",
}

// firstSteps are the first steps of the property, all of them while one is left,
// and none after.
func (d *desk) firstSteps(r *http.Request) ([]stepRow, error) {
	roll, err := d.Roll(r.Context())
	if err != nil {
		return nil, err
	}
	steps := roll.FirstSteps()
	if !slices.ContainsFunc(steps, func(s office.StepLine) bool { return !s.Done }) {
		return nil, nil
	}
	rows := make([]stepRow, len(steps))
	for i, s := range steps {
		words := "console.step." + string(s.Step)
		rows[i] = stepRow{
			Icon: stepIcons[s.Step], Name: d.lang.Say(words), Why: d.lang.Say(words + ".why"),
			Done: s.Done, Do: d.lang.Say(words + ".do"),
		}
		if s.Done {
			rows[i].Icon = "yes"
		} else {
			rows[i].Path = d.stepPath(s.Step, roll)
		}
	}
	return rows, nil
}

// stepPath is the address where a step is taken.
func (d *desk) stepPath(s office.Step, roll *office.Roll) string {
	switch s {
	case office.KeyStep:
		return d.pageFor(doorlink.EditKeys, "keys")
	case office.PeopleStep:
		return d.pageFor(doorlink.EditPeople, "import")
	case office.LinkStep, office.StickerStep:
		return d.linkFor(roll)
	}
	return d.pageFor(doorlink.Devices, "doors")
}

// pageFor is the address of a page of the rail for somebody who has an ability;
// empty for others, and for a page that there is not.
func (d *desk) pageFor(needed doorlink.Ability, page string) string {
	for _, p := range rail {
		if p.page == page && d.May(p.needs) && d.May(needed) {
			return d.path(page)
		}
	}
	return ""
}

// linkFor is the address of the first door's DOOR Link, or of the first door that
// may have one.
func (d *desk) linkFor(roll *office.Roll) string {
	doors := d.pageFor(doorlink.Devices, "doors")
	may := slices.IndexFunc(roll.Doors, func(one doorlink.Door) bool { return one.Type.MayHang() == nil })
	switch {
	case doors == "" || may < 0:
		return ""
	case len(roll.Panels) > 0:
		return doors + "/" + string(roll.Panels[0].Door) + "/link"
	}
	return doors + "/" + string(roll.Doors[may].ID) + "/link"
}
