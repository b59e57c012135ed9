// Package lock is the keypad's side of DDC-1: a verifier that decides alone,
// with no connection, whether an entry opens the door. It is a state machine
// over a Store; whoever moves the motor asks Try and obeys.
//
// What it promises:
//
//   - A code opens once, for its door, on its day; within Params.Reuse of its
//     first use it opens again. That holds through a power cut at any moment,
//     because the state is durable before Try returns.
//   - The day never moves backwards, whatever the clock does, and the secret of
//     a day is erased as midnight and its grace have passed. A reading of the
//     clock more than two days from the last one is not believed: until SetTime
//     or a newer Provision vouches for it, no doorcode opens.
//   - Wrong entries are counted and slowed down as in section 4.9, through
//     reboots too.
//   - What happened is in a log of its own, chained by hashes, without digits.
//
// What it does not: a file system may keep old blocks, and Go's collector old
// memory. What can be overwritten is; a lock that must withstand being taken
// apart keeps its chain in a secure element.
//
// Every rejection should look the same at the door. Try takes between
// microseconds and the time of a disk write, so a keypad shows the outcome at a
// fixed time after the entry, not when Try returns.
package lock
