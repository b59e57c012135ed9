package office

import (
	"context"
	"errors"
	"regexp"
	"slices"

	"doorlink"
	"doorlink/store"
)

// named finds what may be an ID in a text.
var named = regexp.MustCompile(`\b[a-z]+_[0-9a-hjkmnp-tv-z]{26}\b`)

// maxNamed is how many IDs of one request are looked up.
const maxNamed = 20

// Missed is told the IDs in a request that asked for something which is not at
// this property; text may have anything else in it. What belongs to another
// property, at which the actor has no role, is audited there as a look at it:
// somebody is guessing. They learn nothing of it.
func (d *Desk) Missed(ctx context.Context, text string) {
	looked := []doorlink.PropertyID{"", d.Property.ID}
	for _, id := range named.FindAllString(text, maxNamed) {
		at, err := d.db.PropertyOf(ctx, id)
		if err == nil && !slices.Contains(looked, at) {
			looked = append(looked, at)
			_, err = d.At(ctx, d.Actor, at) // which audits it, unless they have a role there
		}
		if err != nil && !errors.Is(err, store.ErrNoProperty) {
			d.log.Warn("whose something is was not looked up", "manager", d.Manager.ID, "cause", err)
			return
		}
	}
}
