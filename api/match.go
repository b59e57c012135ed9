package api

import (
	"net/http"
	"strings"

	"doorlink"
)

// Match is the part of a change that says what its asker saw: a change without
// it is refused, so that nobody overwrites by accident what they have not read.
type Match struct {
	IfMatch string `header:"If-Match" doc:"The ETag of what is changed, as it was read; * for whatever stands there. Without it: 428."`
}

// conditional tells changes with a Match from others.
type conditional interface{ isConditional() }

func (Match) isConditional() {}

// match fails with 428 if nothing was said, and with 412 and what stands there
// now if that is something else: RFC 9110, section 13.1.1, and RFC 6585, section
// 3.
func (m Match) match(tag string, current any) error {
	if m.IfMatch == "" {
		return errNoMatch
	}
	for one := range strings.SplitSeq(m.IfMatch, ",") {
		if one = strings.TrimSpace(one); one == "*" || one == etag(tag) {
			return nil
		}
	}
	return stale(tag, current)
}

// stale is ErrChanged as the answer to a condition.
func stale(tag string, current any) *Problem {
	p := problemOf(doorlink.ErrChanged)
	p.Status, p.Title = http.StatusPreconditionFailed, http.StatusText(http.StatusPreconditionFailed)
	if p.Current = current; tag != "" {
		p.header.Set("ETag", etag(tag))
	}
	return p
}

// etag is a tag as HTTP writes it. It names what can be changed: what is only
// told beside it, such as whether somebody is listed now, moves without it, so
// there are no answers 304.
func etag(tag string) string { return `"` + tag + `"` }
