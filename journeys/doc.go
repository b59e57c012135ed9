// Package journeys holds the tests that go through the whole product as people
// do: a real server with its locks as processes, a real Chromium, microphones
// that beep. It has no code of its own.
//
// The tests need Chromium and are skipped without it, except where the variable
// CI is true, as a build without them says nothing about the pages. They touch
// the pages by the names that screen readers read and by the attributes
// data-state, data-audio, data-path and data-doorcode, and by nothing else that
// could change with the looks.
//
// Pictures of every state, light and dark, small and wide, come from
//
//	go test ./journeys -run TestShots -shots DIR
//
// and the picture of the README from TestPicture in the same way.
package journeys
