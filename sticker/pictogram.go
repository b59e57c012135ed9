package sticker

import "math"

// Pictograms are drawn in a square of one, to be scaled. Lines are a sixteenth
// of it wide.
const stroke = 1.0 / 16

// pictogram is a drawing of a given size and colour at a point.
type pictogram func(size float64, at point, c colour) []figure

// scanPicture is a phone with a code on its screen.
func scanPicture(size float64, at point, c colour) []figure {
	lines := rounded(9, 3, 14, 26, 3)
	return append(outlined(lines, size/32, at, c),
		fill(rectangle(12.2, 10.7, 3.2, 3.2).scaled(size/32, at), c), fill(rectangle(17, 10.7, 2.6, 2.6).scaled(size/32, at), c),
		fill(rectangle(12.2, 16, 2.6, 2.6).scaled(size/32, at), c), fill(rectangle(16.6, 15.6, 3.2, 3.2).scaled(size/32, at), c))
}

// callPicture is a receiver with a wave.
func callPicture(size float64, at point, c colour) []figure {
	lines := path{
		moveTo(point{6, 4}), lineTo(point{11, 4}), lineTo(point{13.5, 10}), lineTo(point{10.5, 12.5}),
		curveTo(point{11.97, 15.56}, point{14.44, 18.03}, point{17.5, 19.5}), lineTo(point{20, 16.5}), lineTo(point{26, 19}), lineTo(point{26, 24}),
		curveTo(point{26, 25.38}, point{24.88, 26.5}, point{23.5, 26.5}), curveTo(point{12.45, 26.5}, point{3.5, 17.55}, point{3.5, 6.5}),
		curveTo(point{3.5, 5.12}, point{4.62, 4}, point{6, 4}), closed(),
		moveTo(point{20, 5}), curveTo(point{23.67, 5.44}, point{26.56, 8.33}, point{27, 12}),
	}
	return outlined(lines, size/32, at, c)
}

// codePicture is the lock's ring with its lights.
func codePicture(size float64, at point, c colour) []figure {
	all := outlined(circle(point{16, 16}, 13), size/32, at, c)
	for i := range 9 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 9)
		all = append(all, fill(circle(point{16 + 8.6*sin, 16 - 8.6*cos}, 1.6).scaled(size/32, at), c))
	}
	return all
}

// holdPicture is the spot of the NFC tag: a dashed circle with waves.
func holdPicture(size float64, at point, c colour) []figure {
	waves := path{
		moveTo(point{24, 24}), curveTo(point{28.07, 28.56}, point{28.07, 35.44}, point{24, 40}),
		moveTo(point{31, 19}), curveTo(point{37.4, 26.48}, point{37.4, 37.52}, point{31, 45}),
		moveTo(point{38, 14}), curveTo(point{46.74, 24.41}, point{46.74, 39.59}, point{38, 50}),
	}
	const radius, dashes = 30, 31
	spot := figure{path: circle(point{32, 32}, radius), width: 2, dash: math.Pi * radius / dashes, colour: c}
	spot.path, spot.width, spot.dash = spot.path.scaled(size/64, at), spot.width*size/64, spot.dash*size/64
	return []figure{spot, {path: waves.scaled(size/64, at), width: 2 * size / 64, colour: c}}
}

// outlined draws a path of a square of 32 as a line.
func outlined(p path, by float64, at point, c colour) []figure {
	return []figure{{path: p.scaled(by, at), width: 32 * stroke * by, colour: c}}
}
