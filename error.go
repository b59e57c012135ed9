package doorlink

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure a person meets. Transports map kinds to their own
// status in one table each. Who asks for a kind elsewhere asks what can be done about
// a failure, such as showing a form again, and never which one it is: that is Is.
type Kind int

const (
	// Internal is everything nobody foresaw. The person is told only that it
	// is our fault; the cause goes to the log.
	Internal Kind = iota
	// Invalid is input that cannot be meant: malformed, too long, out of order.
	Invalid
	// Denied is a move this side may not make.
	Denied
	// NotFound is a thing that does not exist, or that the asker may not know
	// to exist.
	NotFound
	// Gone is a thing that did exist and has ended: an old sticker, a used link,
	// a call that is over.
	Gone
	// Conflict is a move somebody else made first.
	Conflict
	// Busy is a limit: the same request is fine later.
	Busy
	// Down is something doorlink depends on being away: the database, the disk.
	// Nothing was changed; the same request is fine later.
	Down
)

var kindNames = [...]string{"internal", "invalid", "denied", "not found", "gone", "conflict", "busy", "down"}

func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "internal"
	}
	return kindNames[k]
}

// Error is a failure a person may see. Key names a sentence in the message
// table, Args are the values of its places in alternation of name and value.
// The cause, if any, is for the log alone.
type Error struct {
	Kind Kind
	Key  string
	Args []any

	cause error
}

// Fail makes an Error. The same key always comes with the same kind.
func Fail(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Because returns a copy of e with a cause for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// With returns a copy of e with values for the places of its sentence.
func (e *Error) With(args ...any) *Error {
	c := *e
	c.Args = args
	return &c
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Kind, e.Key, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Key)
}

func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is the same failure: same kind, same key. Args and
// cause do not count.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Key == e.Key
}

// KindOf is the kind of the first Error in err's chain, Internal if there is
// none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
