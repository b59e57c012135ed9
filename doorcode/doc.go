// Package doorcode is DDC-1: daily doorcodes for a keypad lock that is never
// online. A server and a lock share one secret per day and derive the same
// codes from it; they exchange nothing.
//
// A code of 5 to 8 digits is the image of an Index (class, slot, generation)
// under a keyed permutation, Perm, of exactly the numbers with that many
// digits. The lock runs the permutation backwards and reads off whose code it
// is and which one. There are no collisions and no tables.
//
// Keys go one way: Master, door and epoch, then one Chain value per calendar
// day. The lock holds the chain value of the oldest day it may still accept,
// so what is taken out of it says nothing about days gone by.
//
// A slot accepts the lowest W unused generations (Opens). Exactly A·W numbers
// open a door with A active slots, and Params.Odds refuses a door where that is
// more than one in 10,000.
//
// # Slots are leased by the day
//
// A lock is provisioned with a number of places; slots 0 to Places-1 are always
// active. The issuer leases the lowest free slot of a door, epoch and day to a
// resident when they first give a code on that day. So residents come and go
// without anybody walking to the lock, a slot of a day names one person for
// ever, and Places counts the residents who give codes at one door in one day,
// not those who live there. A resident who was removed gets no new code at
// once; the codes they gave earlier that day end at midnight. The active set
// of DDC-1 and its time to live fall away with this, since the lock holds no
// list of people.
//
// # What is where
//
// This package is pure: it reads no clock, no disk and no network. Package
// issue hands codes out, package lock is the keypad's side. testdata holds
// vectors for implementations in other languages.
package doorcode
