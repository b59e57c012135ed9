package building_test

import (
	"errors"
	"testing"

	"doorlink"
	"doorlink/building"
)

func TestEveryDoorHasAPanelAStickerAndAKey(t *testing.T) {
	t.Parallel()
	p := plan(t)
	if len(p.Doors) != 2 || len(p.Panels) != 2 || len(p.Stickers) != 2 || len(p.KeyDoors) != 2 {
		t.Fatalf("got %d doors, %d panels, %d stickers, %d of them on a key",
			len(p.Doors), len(p.Panels), len(p.Stickers), len(p.KeyDoors))
	}
	if p.Stickers[0].Token == p.Stickers[1].Token || p.Stickers[0].Short == p.Stickers[1].Short {
		t.Error("two stickers lead to the same door")
	}
}

func TestAUnitDoorGetsNoPanel(t *testing.T) {
	t.Parallel()
	p := plan(t)
	if _, err := p.AddDoor("1A", doorlink.Residence, "X"); !errors.Is(err, doorlink.ErrResidenceDoor) {
		t.Fatalf("got %v, want %v", err, doorlink.ErrResidenceDoor)
	}
	if len(p.Doors) != 2 {
		t.Error("the refused door was added")
	}
}

func TestPeopleOfOneUnitShareIt(t *testing.T) {
	t.Parallel()
	p := plan(t)
	p.AddResident("1A", "Ada", "Nwosu")
	p.AddResident("1A", "Chidi", "Nwosu")
	p.AddResident("1B", "Bram", "Visser")
	if len(p.Units) != 2 || len(p.Memberships) != 3 || len(p.Holders) != 3 {
		t.Fatalf("got %d units, %d memberships, %d holders", len(p.Units), len(p.Memberships), len(p.Holders))
	}
	if p.Memberships[0].Unit != p.Memberships[1].Unit || p.Memberships[0].Entry == p.Memberships[1].Entry {
		t.Error("Ada and Chidi are not two lines of one unit")
	}
}

func TestAHandsetActivatesTheAccount(t *testing.T) {
	t.Parallel()
	p := plan(t)
	ada := p.AddResident("1A", "Ada", "Nwosu")
	p.AddResident("1A", "Chidi", "Nwosu")
	p.AddHandset(ada, "Phone")
	if !p.People[0].Activated || p.People[1].Activated {
		t.Fatal("not Ada alone is activated")
	}
}

func TestABuildingNeedsAZone(t *testing.T) {
	t.Parallel()
	if _, err := building.New("Linden Court", "Mars/Olympus"); doorlink.KindOf(err) != doorlink.Invalid {
		t.Fatalf("got %v", err)
	}
}

func plan(t *testing.T) *building.Plan {
	t.Helper()
	p, err := building.New("Linden Court", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"Front door", "Gym"} {
		if _, err := p.AddDoor(d, doorlink.Communal, d[:1]); err != nil {
			t.Fatal(err)
		}
	}
	return p
}
