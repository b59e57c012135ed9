// Package keypad is an offline lock that can be touched: the lens with its
// digits and lights, on a page of its own and in a terminal, over a
// lock.Verifier that decides alone. It talks to nobody; whatever it knows of a
// door came with its provisioning.
//
// The lens is one state machine per process. Pages and terminals show it and
// send it keys, so several of them show the same lock. Every refusal looks the
// same and shows a fixed time after the last digit; the reason is in the log.
//
// What is typed never leaves the process: no view, log line or error holds a
// digit. The page is for whoever may stand at the door. It has no sign-in,
// because a keypad has none, and the throttle of DDC-1 is its guard against
// guessing.
package keypad
