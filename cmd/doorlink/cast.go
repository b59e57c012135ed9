package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"doorlink"
	"doorlink/building"
	"doorlink/store"
)

// maxDemo is how many listed residents a demonstration can have.
const maxDemo = 5000

// demoDoors are the doors of the demonstration, the front door first.
var demoDoors = []struct {
	name, label string
	kind        doorlink.DoorType
}{
	{"Front door", "F1", doorlink.BuildingEntrance},
	{"Package room", "P1", doorlink.Communal},
	{"Gym", "G1", doorlink.Communal},
}

// demoStars are the two residents whose apps can be opened.
var demoStars = []struct{ unit, given, family string }{
	{"1A", "Ada", "Nwosu"}, {"1B", "Bram", "Visser"},
}

// demoPlan draws up the building: Ada and Bram, ten more of whom each lacks
// something else to be listed, or has it in an unusual way, and as many further
// residents as make listed ones in all. listed 0 adds none.
func demoPlan(listed int, now time.Time) (*building.Plan, error) {
	plan, err := building.New("Linden Court", "Europe/Berlin")
	if err != nil {
		return nil, err
	}
	for _, d := range demoDoors {
		if _, err := plan.AddDoor(d.name, d.kind, d.label); err != nil {
			return nil, err
		}
	}
	for i, star := range demoStars {
		if listed == 0 || i < listed {
			plan.AddHandset(plan.AddResident(star.unit, star.given, star.family), "Kitchen tablet")
		}
	}
	addOthers(plan, listed == 0, now)
	for i := len(demoStars); i < listed; i++ {
		given, family := crowdName(i)
		plan.AddHandset(plan.AddResident(crowdUnit(i), given, family), "Phone")
	}
	return plan, nil
}

// addOthers adds one resident for each way of not being listed. all adds those
// who are, too.
func addOthers(plan *building.Plan, all bool, now time.Time) {
	residents := plan.Keys[0].ID
	gymOnly, parcelsOnly := plan.AddKey("Gym by day"), plan.AddKey("Parcels")
	plan.KeyDoors = append(plan.KeyDoors,
		doorlink.KeyDoor{Key: gymOnly, Door: plan.Doors[2].ID, Hours: doorlink.Hours{From: 8 * 60, To: 22 * 60}},
		doorlink.KeyDoor{Key: parcelsOnly, Door: plan.Doors[1].ID})

	if all {
		plan.AddHandset(plan.AddResident("1A", "Chidi", "Nwosu"), "Phone") // shares Ada's unit
		plan.AddHandset(plan.AddResident("2A", "Chiara", "Rossi"), "Phone")
		plan.AddHandset(plan.AddResident("2B", "نور", "حداد"), "Phone")
	}

	homeless := plan.AddPerson("Dora", "Maier") // a key and a handset, but no unit
	plan.Give(homeless, residents)
	plan.AddHandset(homeless, "Phone")

	keyless := plan.AddPerson("Emil", "Larsen") // a unit and a handset, but no key
	plan.MoveIn(keyless, "3A")
	plan.AddHandset(keyless, "Phone")

	hidden := plan.AddResident("3B", "Fatma", "Yıldız") // everything, but does not show herself
	plan.AddHandset(hidden, "Phone")
	plan.People[len(plan.People)-1].Shown = false

	plan.AddResident("3C", "Goran", "Petrović") // invited, has not signed in

	gymGoer := plan.AddPerson("Hana", "Sato") // listed at the gym alone, codes by day alone
	plan.MoveIn(gymGoer, "4A")
	plan.Give(gymGoer, gymOnly)
	plan.AddHandset(gymGoer, "Phone")

	soon := plan.AddPerson("Ines", "Duarte") // her key begins tomorrow
	plan.MoveIn(soon, "4B")
	plan.Holders = append(plan.Holders, doorlink.Holder{Key: residents, Person: soon, From: now.Add(24 * time.Hour)})
	plan.AddHandset(soon, "Phone")

	gone := plan.AddPerson("Jonas", "Weber") // his key ended yesterday, the parcels' one did not
	plan.MoveIn(gone, "4C")
	plan.Holders = append(plan.Holders, doorlink.Holder{Key: residents, Person: gone, To: now.Add(-24 * time.Hour)})
	plan.Give(gone, parcelsOnly)
	plan.AddHandset(gone, "Phone")
}

// The crowd has names from many places, in several scripts, short and very
// long.
var (
	crowdGiven = []string{
		"Anna", "Émile", "José María", "Olga", "Нина", "Αλέξανδρος", "小龍", "さくら", "민준", "ليلى", "אבישי", "आरव",
		"Maximiliane Charlotte", "Konstantinos", "Þóra", "Siobhán", "Łukasz", "Đorđe", "Ngọc Anh", "Zoë", "สมชาย", "Ayşe",
	}
	crowdFamily = []string{
		"Schmidt", "Laurent", "García Fernández", "Ivanova", "Иванова", "Παπαδόπουλος", "李", "田中", "김", "الخطيب", "כהן", "शर्मा",
		"Schwarzenberger-Kowalczyk", "Papadimitriou", "Jónsdóttir", "Ó Briain", "Wiśniewski", "Petrović", "Nguyễn",
		"Thiruchelvam-Wickramasinghe-Balasubramaniam", "วงศ์สวัสดิ์", "Öztürk", "Smith",
	}
)

func crowdName(i int) (given, family string) {
	return crowdGiven[i%len(crowdGiven)], crowdFamily[(i*7+i/len(crowdGiven))%len(crowdFamily)]
}

// crowdUnit puts two residents into a unit and six units on a floor, above
// those of the others.
func crowdUnit(i int) string {
	unit := i / 2
	return fmt.Sprintf("%d%c", 5+unit/6, 'A'+unit%6)
}

// inDemoOrder puts the doors as they were listed above.
func inDemoOrder(doors []store.Scanned) []store.Scanned {
	place := func(d store.Scanned) int {
		for i, known := range demoDoors {
			if known.name == d.Door.Name {
				return i
			}
		}
		return len(demoDoors)
	}
	slices.SortStableFunc(doors, func(a, b store.Scanned) int { return cmp.Compare(place(a), place(b)) })
	return doors
}
