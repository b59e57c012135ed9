package doorcode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"doorlink"
)

// Setup is what a lock was provisioned with, and therefore what the issuer must
// use for it: DDC-1 section 4.5. The server keeps the one that the lock is
// known to have. It holds no key and can be stored as JSON.
type Setup struct {
	Version  int                 `json:"version"` // counts up; a lock takes over none but a higher one
	Lock     doorlink.LockID     `json:"lock"`
	Property doorlink.PropertyID `json:"property"`
	Door     doorlink.DoorID     `json:"door"`
	DoorName string              `json:"door_name"` // for the lock's own status page
	Label    string              `json:"label,omitempty"`
	Model    string              `json:"model,omitempty"`
	Zone     string              `json:"zone"`  // IANA name; for show, the calendar counts
	Epoch    uint32              `json:"epoch"` // from 1; raised by a rekey
	First    doorlink.Day        `json:"first"` // first day of the epoch
	Params   Params              `json:"params"`
	Calendar Calendar            `json:"calendar"`
	Places   uint16              `json:"places"` // slots 0 to Places-1 are active
	Issued   time.Time           `json:"issued"`
}

// maxDay keeps a wrong number from costing more than a second of chain steps;
// it lies in the year 4840.
const maxDay = 1 << 20

var errSetup = errors.New("the setup lacks a version, lock, property, door, epoch or date")

// Check refuses a setup that is incomplete, out of range or guessable. What a
// person chose wrongly comes as a *doorlink.Error.
func (s Setup) Check() error {
	if s.Version < 1 || s.Lock == "" || s.Property == "" || s.Door == "" || s.Epoch < 1 ||
		s.First > maxDay || s.Issued.Unix() < 0 {
		return errSetup
	}
	if err := s.Params.Check(); err != nil {
		return err
	}
	if s.Places < 1 || int(s.Places) > Slots(s.Params.Digits) {
		return doorlink.Fail(doorlink.Invalid, "lock.setting", "name", "places", "from", 1, "to", s.Params.MaxPlaces())
	}
	if _, err := s.Params.Odds(int(s.Places), 0); err != nil {
		return err
	}
	return s.Calendar.Check()
}

// Provision is a setup with the secret that goes with it: all that an offline
// lock needs. The chain stands at the oldest day the lock may still accept.
type Provision struct {
	Setup
	Chain Chain
}

// Check refuses a provision whose setup Setup.Check refuses, or whose chain is
// not of the setup's epoch.
func (p Provision) Check() error {
	if p.Chain.Day < p.First || p.Chain.Day > maxDay {
		return errProvision
	}
	return p.Setup.Check()
}

// Provision completes a setup for a lock that starts with it at now.
func (m Master) Provision(s Setup, now time.Time) Provision {
	oldest := max(s.First, s.Calendar.Day(now.Add(-s.Params.Grace.Duration())))
	chain, _ := m.Door(s.Property, s.Door, s.Epoch).Chain(s.First).At(oldest)
	return Provision{Setup: s, Chain: chain}
}

// provisionFormat is the version of the provisioning file. A reader refuses
// every other.
const provisionFormat = 1

var errProvision = errors.New("not a provision of a version known here")

type provisionFile struct {
	DDC   int    `json:"ddc1"`
	Setup Setup  `json:"setup"`
	Chain string `json:"chain"`
}

// Encode writes the content of a provisioning file. It holds the secret: write
// it where only its owner can read it (mode 0600).
func (p Provision) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(provisionFile{provisionFormat, p.Setup, p.Chain.Reveal()}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing a provisioning file: %w", err)
	}
	return append(b, '\n'), nil
}

// DecodeProvision reads a provisioning file: one JSON object of the known
// version, with no field that is not known and nothing after it. Errors do not
// repeat what the file says.
func DecodeProvision(b []byte) (Provision, error) {
	var version struct {
		DDC int `json:"ddc1"`
	}
	if err := json.Unmarshal(b, &version); err != nil || version.DDC != provisionFormat {
		return Provision{}, errProvision
	}
	var file provisionFile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return Provision{}, fmt.Errorf("reading a provisioning file: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Provision{}, errProvision
	}
	chain, err := ReadChain(file.Chain)
	if err != nil {
		return Provision{}, fmt.Errorf("reading a provisioning file: %w", err)
	}
	p := Provision{Setup: file.Setup, Chain: chain}
	if err := p.Check(); err != nil {
		return Provision{}, fmt.Errorf("reading a provisioning file: %w", err)
	}
	return p, nil
}
