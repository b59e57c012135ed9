// Package doorlink is the vocabulary of a virtual intercom, and the rules that
// concern one thing at a time. It imports the standard library only, never
// reads a clock and keeps no state: the time comes in as an argument, and a
// rule is a function from one value to the next.
//
// The words, as people in the trade use them:
//
//   - A Property is a building with a time zone. It has Doors, Units, People
//     and Keys.
//   - A DOOR Link is a virtual intercom: a passive Panel beside one Door, with
//     a Sticker that carries a QR code and a short code to type.
//   - A Visitor scans the sticker. Their browser makes a Visit; it has no name
//     and no account.
//   - The Directory lists who can be called at a door. A Membership puts a
//     Person into a Unit and is what one line of the directory stands for.
//   - A Key is a named bundle of doors. Holding one is the only way a person
//     gets access to a door.
//   - A Handset is a browser in which a resident has signed in. It rings.
//   - A Call goes from one Visit to one Person and rings all their Handsets;
//     the first to answer has it.
//   - A Doorcode is a number the resident gives in a call. The offline Lock of
//     that door accepts it once, until midnight of the property's day.
//   - A Record is what is kept about an event, and for how long.
//   - A Manager runs properties; their Role at one says what they may do there. A
//     Token lets a program do part of it.
//   - What managers arrange stands in Rows and is altered by Changes. A Deed is
//     the entry of the audit that says who made which.
//   - A Hook, or webhook, is the address of a program that is told of Events.
//
// Where to read on: package switchboard carries calls, package doorcode makes
// and checks doorcodes, package directory decides who is listed, package store
// keeps what must last, and package server puts them together. ARCHITECTURE.md
// has the floor plan.
package doorlink
