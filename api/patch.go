package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// A change is a merge patch (RFC 7396): it alters what it names and nothing
// else, and null clears. Whether a field can be cleared is said by its type.
type (
	// Edit is a field of a patch that cannot be cleared.
	Edit[T any] struct{ field[T] }
	// Clear is a field of a patch that null empties.
	Clear[T any] struct{ field[T] }
)

type field[T any] struct {
	named, null bool
	to          T
}

// UnmarshalJSON is not called for a field that is not named.
func (f *field[T]) UnmarshalJSON(text []byte) error {
	*f = field[T]{named: true, null: string(text) == "null"}
	return json.Unmarshal(text, &f.to)
}

// over writes the field over what was, if it is named.
func (f field[T]) over(was *T) {
	if f.named {
		*was = f.to
	}
}

// Schema is that of the value.
func (Edit[T]) Schema(r huma.Registry) *huma.Schema { return schemaOf[T](r, true) }

// Schema is that of the value, or null. It stands in its place, since what it
// could refer to is never null.
func (Clear[T]) Schema(r huma.Registry) *huma.Schema {
	s := schemaOf[T](r, false)
	s.Nullable = true
	return s
}

// Resolve refuses null, which huma lets pass for whatever may be left out.
func (e Edit[T]) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	if !e.null {
		return nil
	}
	return []error{&huma.ErrorDetail{Location: at.String()}}
}

// schemaOf is the schema of a type, as it stands in a body; it may refer to what
// stands elsewhere if refer.
func schemaOf[T any](r huma.Registry, refer bool) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), refer, "")
	return &s
}
