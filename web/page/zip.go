package page

import (
	"bytes"
	"compress/gzip"
	"sync"
)

// zippers saves making the compressor's tables anew for each page.
var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a valid constant
	}
	return z
}}

// Zip compresses a page with gzip, as small as it gets.
func Zip(body []byte) []byte {
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	var b bytes.Buffer
	z.Reset(&b)
	z.Write(body) // a bytes.Buffer takes everything
	z.Close()
	return b.Bytes()
}
