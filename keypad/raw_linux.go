package keypad

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// raw makes a terminal hand over each key at once and show none of them, until
// restore. Control-C goes on to end the program. ok is false if f is no
// terminal; restore then does nothing.
func raw(f *os.File) (restore func(), ok bool) {
	var before syscall.Termios
	if !termios(f, syscall.TCGETS, &before) {
		return func() {}, false
	}
	mode := before
	mode.Lflag &^= syscall.ICANON | syscall.ECHO
	mode.Cc[syscall.VMIN], mode.Cc[syscall.VTIME] = 1, 0
	if !termios(f, syscall.TCSETS, &mode) {
		return func() {}, false
	}
	return func() {
		termios(f, syscall.TCSETS, &before)
		fmt.Println()
	}, true
}

// termios reads or sets the mode of a terminal; see termios(3).
func termios(f *os.File, request uintptr, mode *syscall.Termios) bool {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(mode)))
	return errno == 0
}
