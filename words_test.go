package doorlink_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"doorlink"
)

func TestSecretsAndDigitsNeverPrint(t *testing.T) {
	t.Parallel()
	secret, digits := doorlink.NewSecret(), doorlink.Digits("0098882")
	for _, v := range []any{secret, digits, doorlink.Doorcode{Digits: digits}, doorlink.Sticker{Token: secret}} {
		asJSON, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, printed := range []string{fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s", v), string(asJSON)} {
			if strings.Contains(printed, secret.Reveal()) || strings.Contains(printed, digits.Reveal()) {
				t.Errorf("%T prints as %s", v, printed)
			}
		}
	}
}

func TestIDsAreUnlike(t *testing.T) {
	t.Parallel()
	seen := map[doorlink.CallID]bool{}
	for range 10_000 {
		id := doorlink.NewID[doorlink.CallID]("call")
		if !strings.HasPrefix(string(id), "call_") || len(id) != len("call_")+26 || seen[id] {
			t.Fatalf("got %q", id)
		}
		seen[id] = true
	}
}

func TestAShortCodeIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code := doorlink.NewShortCode()
		typed := doorlink.ShortCode(code)
		if rapid.Bool().Draw(t, "lower") {
			typed = strings.ToLower(typed)
		}
		if rapid.Bool().Draw(t, "letters") {
			typed = strings.NewReplacer("0", "O", "1", "l").Replace(typed)
		}
		if rapid.Bool().Draw(t, "blanks") {
			typed = " " + strings.ReplaceAll(typed, "-", " - ") + " "
		}
		if got, ok := doorlink.ReadShortCode(typed); !ok || got != code {
			t.Fatalf("%q was read as %q, want %q", typed, got, code)
		}
	})
	for _, wrong := range []string{"", "7kq2-m4x", "7kq2-m4xdd", "7kq2-m4xu", "../../etc"} {
		if got, ok := doorlink.ReadShortCode(wrong); ok {
			t.Errorf("%q was read as %q", wrong, got)
		}
	}
}

func TestADayBeginsAtMidnightOfItsZone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		zone, day, start string
		long             time.Duration
	}{
		{"Europe/Berlin", "2026-05-14", "2026-05-13T22:00:00Z", 24 * time.Hour},
		{"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23 * time.Hour},
		{"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25 * time.Hour},
		{"Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", 23 * time.Hour}, // clocks skip midnight
		{"Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24*time.Hour + 30*time.Minute},
		{"Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z", 24 * time.Hour},
	} {
		t.Run(tt.zone+" "+tt.day, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			date, _ := time.Parse(time.DateOnly, tt.day)
			day := doorlink.Date(date.Date())
			if got := day.Start(zone).UTC().Format(time.RFC3339); got != tt.start {
				t.Errorf("got start %s, want %s", got, tt.start)
			}
			if got := day.End(zone).Sub(day.Start(zone)); got != tt.long {
				t.Errorf("got a day of %s, want %s", got, tt.long)
			}
			if day.String() != tt.day {
				t.Errorf("got %s, want %s", day, tt.day)
			}
		})
	}
}

func TestEveryInstantLiesInItsDay(t *testing.T) {
	t.Parallel()
	zones := []string{"Europe/Berlin", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "Africa/Cairo", "America/Asuncion", "Asia/Beirut"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1735689600, 2082758400).Draw(t, "at"), 0) // 2025 to 2035
		d := doorlink.DayIn(at, zone)
		if at.Before(d.Start(zone)) || !at.Before(d.End(zone)) {
			t.Fatalf("%s in %s is not between %s and %s", at, zone, d.Start(zone), d.End(zone))
		}
	})
}

func TestAClockGoesOnWithoutItsZone(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{"Europe/Berlin": "Europe/Berlin", "Europe/Atlantis": "UTC", "": "UTC", "Local": "UTC"} {
		if got := (doorlink.Property{Zone: zone}).Clock().String(); got != want {
			t.Errorf("%q: got %s, want %s", zone, got, want)
		}
	}
}

func TestAZoneThatIsNoneIsNamed(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"", "Local", "Mars/Olympus", "../etc/passwd"} {
		_, err := doorlink.Property{Zone: zone}.Location()
		if e, ok := errors.AsType[*doorlink.Error](err); !ok || e.Kind != doorlink.Invalid || e.Args[1] != zone {
			t.Errorf("zone %q: got %v", zone, err)
		}
	}
}

func TestNamesAreShownAsThePropertyChose(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		given, family string
		format        doorlink.NameFormat
		want          string
	}{
		{"Ada", "Nwosu", doorlink.FullName, "Ada Nwosu"},
		{"Ada", "Nwosu", doorlink.FirstAndInitial, "Ada N."},
		{"Ada", "Nwosu", doorlink.Initials, "A. N."},
		{"Ada", "Nwosu", doorlink.UnitOnly, "1A"},
		{"Ada", "", doorlink.FirstAndInitial, "Ada"},
		{"", "Haddad", doorlink.FirstAndInitial, "Haddad"},
		{"", "", doorlink.FirstAndInitial, "1A"},
		{"", "", doorlink.Initials, "1A"},
		{"nour", "émile", doorlink.FirstAndInitial, "nour É."},
		{"نور", "حداد", doorlink.FirstAndInitial, "نور حداد"},
		{"小龍", "李", doorlink.FirstAndInitial, "小龍 李"},
		{"Łukasz", "Ärmel", doorlink.Initials, "Ł. Ä."},
		{"Ada", "Nwosu", "", "Ada N."},
	} {
		if got := (doorlink.Person{Given: tt.given, Family: tt.family}).As(tt.format, "1A"); got != tt.want {
			t.Errorf("%s %s as %q: got %q, want %q", tt.given, tt.family, tt.format, got, tt.want)
		}
	}
}

func TestHoursMayRunOverMidnight(t *testing.T) {
	t.Parallel()
	at := func(h, m int) time.Time { return time.Date(2026, 5, 14, h, m, 0, 0, time.UTC) }
	day, night := doorlink.Hours{From: 8 * 60, To: 22 * 60}, doorlink.Hours{From: 22 * 60, To: 6 * 60}
	for _, tt := range []struct {
		hours doorlink.Hours
		at    time.Time
		want  bool
	}{
		{day, at(8, 0), true}, {day, at(7, 59), false}, {day, at(21, 59), true}, {day, at(22, 0), false},
		{night, at(23, 0), true}, {night, at(5, 59), true}, {night, at(6, 0), false}, {night, at(12, 0), false},
		{doorlink.Hours{}, at(3, 0), true},
	} {
		if got := tt.hours.Contain(tt.at); got != tt.want {
			t.Errorf("%s to %s contains %s: got %v", tt.hours.From, tt.hours.To, tt.at.Format("15:04"), got)
		}
	}
}

func TestAResidentsOwnEntryAtAUnitDoorIsNobodysBusiness(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := doorlink.Record{
			Property: doorlink.PropertyID(rapid.SampledFrom([]string{"prop_1", "prop_2"}).Draw(t, "property")),
			Door:     doorlink.DoorID(rapid.SampledFrom([]string{"door_1", "door_2"}).Draw(t, "door")),
			DoorType: rapid.SampledFrom([]doorlink.DoorType{doorlink.Residence, doorlink.Communal, doorlink.BuildingEntrance}).Draw(t, "type"),
			Own:      rapid.Bool().Draw(t, "own"),
		}
		m := doorlink.Viewer{Property: "prop_1", Doors: []doorlink.DoorID{"door_1"}}
		want := r.Property == "prop_1" && r.Door == "door_1" && !(r.Own && r.DoorType == doorlink.Residence)
		if got := r.VisibleTo(m); got != want {
			t.Fatalf("got %v for %+v", got, r)
		}
	})
}

func TestNoRecordIsKeptLongerThanNinetyDays(t *testing.T) {
	t.Parallel()
	for _, k := range []doorlink.RecordKind{doorlink.CallRecord, doorlink.CodeRecord, doorlink.SignRecord, "unheard of"} {
		if got := k.Retention(); got <= 0 || got > 90*24*time.Hour {
			t.Errorf("%s is kept for %s", k, got)
		}
	}
}
