package issue

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"

	"doorlink"
	"doorlink/doorcode"
)

// errSealed hides from whom a sealed code is kept why it does not open.
var errSealed = errors.New("a code that was sealed for another call, or by another desk")

// Seal closes a code that was given in a call, so that only a counter with the
// same master key opens it: on its way between nodes it passes where calls are
// heard but no codes. The node that shows it is spared to derive it again.
func (c *Counter) Seal(call doorlink.CallID, code doorlink.Code) ([]byte, error) {
	text, err := json.Marshal(code)
	if err != nil {
		return nil, fmt.Errorf("sealing a code: %w", err)
	}
	return c.transit.Seal(nil, nil, text, []byte(call)), nil
}

// Open opens a code that was sealed for that call, and nothing else.
func (c *Counter) Open(call doorlink.CallID, sealed []byte) (code doorlink.Code, err error) {
	text, err := c.transit.Open(nil, nil, sealed, []byte(call))
	if err != nil || json.Unmarshal(text, &code) != nil {
		return doorlink.Code{}, errSealed
	}
	return code, nil
}

// newTransit is AES-256-GCM with a random nonce in front (NIST SP 800-38D): good
// for 2^32 codes, a million a day for eleven years.
func newTransit(m doorcode.Master) cipher.AEAD {
	key := m.Transit()
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("issue: " + err.Error()) // the key has one of AES's lengths
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("issue: " + err.Error()) // AES has GCM's block size
	}
	return aead
}
