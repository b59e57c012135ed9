package passkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Flags of authenticator data (WebAuthn Level 3, 6.1).
const (
	userPresent    = 0x01
	userVerified   = 0x04
	backupEligible = 0x08
	backedUp       = 0x10
	attested       = 0x40
)

// device is a browser and its authenticator in one, with an ES256 key. Its
// fields are what may be wrong with it.
type device struct {
	origin string
	flags  byte
	count  uint32
	step   uint32 // how much the count grows; 0 for synchronized passkeys

	key    *ecdsa.PrivateKey
	id     []byte
	handle []byte // of the user, as it was told
}

func newDevice(t testing.TB) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &device{origin: origin, flags: userPresent | userVerified, step: 1, key: key, id: id}
}

// bytes is how JSON carries binary values here: base64url without padding.
type bytes = protocol.URLEncodedBase64

// create answers the options of a registration.
func (d *device) create(t testing.TB, options []byte) []byte {
	t.Helper()
	var o struct {
		Challenge bytes
		RP        struct{ ID string }
		User      struct{ ID bytes }
	}
	must(t, json.Unmarshal(options, &o))
	d.handle = o.User.ID
	public, err := d.key.PublicKey.Bytes() // 4, x, y
	must(t, err)
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: public[1:33], -3: public[33:]})
	must(t, err)
	data := d.data(o.RP.ID, attested)
	data = append(data, make([]byte, 16)...) // no model
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.id)))
	data = append(append(data, d.id...), cose...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	must(t, err)
	return d.answer(t, map[string]any{
		"clientDataJSON":    bytes(d.client(t, "webauthn.create", o.Challenge)),
		"attestationObject": bytes(object),
		"transports":        []string{"internal", "hybrid"},
	})
}

// get answers the options of a login.
func (d *device) get(t testing.TB, options []byte) []byte {
	t.Helper()
	var o struct {
		Challenge bytes
		RPID      string
	}
	must(t, json.Unmarshal(options, &o))
	client := d.client(t, "webauthn.get", o.Challenge)
	data := d.data(o.RPID, 0)
	clientSum := sha256.Sum256(client)
	sum := sha256.Sum256(append(data[:len(data):len(data)], clientSum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	must(t, err)
	return d.answer(t, map[string]any{
		"clientDataJSON":    bytes(client),
		"authenticatorData": bytes(data),
		"signature":         bytes(signature),
		"userHandle":        bytes(d.handle),
	})
}

func (d *device) data(rp string, more byte) []byte {
	d.count += d.step
	sum := sha256.Sum256([]byte(rp))
	return binary.BigEndian.AppendUint32(append(sum[:], d.flags|more), d.count)
}

func (d *device) client(t testing.TB, kind string, challenge []byte) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{"type": kind, "challenge": bytes(challenge), "origin": d.origin, "crossOrigin": false})
	must(t, err)
	return text
}

func (d *device) answer(t testing.TB, response map[string]any) []byte {
	t.Helper()
	id := bytes(d.id)
	text, err := json.Marshal(map[string]any{
		"id": id.String(), "rawId": id, "type": "public-key", "response": response,
		"clientExtensionResults": map[string]any{"credProps": map[string]any{"rk": true}}, // nobody asked
	})
	must(t, err)
	return text
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
