package roster

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// column is what a column of a list means.
type column int

const (
	unitColumn column = iota
	emailColumn
	givenColumn
	familyColumn
	nameColumn // given and family name in one cell
	keysColumn
	shownColumn
	fromColumn
	toColumn
	leaseColumn
)

// headings are the words for each column, letters and digits only, as property
// systems and managers write them. The end of a lease is none: leases run on from
// month to month, and nobody is to be locked out by a date that means something
// else.
var headings = meanings(map[column]string{
	unitColumn: `unit unitname unitnumber unitno digitalunit apartment apartmentnumber apt aptnumber flat suite
		einheit wohnung wohnungsnummer unidad vivienda apartamento piso`,
	emailColumn:  `email emailaddress mail emailadresse mailadresse correo correoelectrónico correoelectronico`,
	givenColumn:  `firstname givenname given forename vorname nombre`,
	familyColumn: `lastname familyname family surname nachname familienname apellido apellidos`,
	nameColumn:   `name fullname resident residentname tenant tenantname bewohner mieter nombrecompleto residente`,
	keysColumn:   `key keys accesskeys schlüssel schluessel llave llaves`,
	shownColumn: `showinintercom displayinintercom shown showindirectory imtürrufzeigen imtelefonbuchzeigen
		mostrarenelintercomunicador mostrarenelinterfono`,
	fromColumn: `accessstart accessfrom accessstartdate startdate start from movein moveindate
		zugangab zugangvon einzug beginn inicio iniciodeacceso entrada`,
	toColumn: `accessend accessuntil accessenddate accessto enddate end until to moveout moveoutdate
		zugangbis auszug ende fin findeacceso salida`,
	leaseColumn: `status leasestatus residentstatus tenantstatus mietstatus mietverhältnis estado`,
})

func meanings(words map[column]string) map[string]column {
	all := map[string]column{}
	for c, list := range words {
		for w := range strings.FieldsSeq(list) {
			all[w] = c
		}
	}
	return all
}

// meaning is the column of a heading.
func meaning(heading string) (column, bool) {
	c, ok := headings[strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFC.String(heading))]
	return c, ok
}

// columnsOf finds where each column stands, and which headings mean nothing.
func columnsOf(header []string) (at map[column]int, ignored []string, err error) {
	at = map[column]int{}
	for i, heading := range header {
		c, known := meaning(heading)
		if _, twice := at[c]; known && twice {
			return nil, nil, ErrColumnTwice.With("name", tidy(heading))
		}
		if known {
			at[c] = i
		} else if heading = tidy(heading); heading != "" {
			ignored = append(ignored, short(heading))
		}
	}
	// "Vorname; Name" and its like: beside a given name, the name is the family's.
	whole, hasWhole := at[nameColumn]
	_, hasGiven := at[givenColumn]
	if _, hasFamily := at[familyColumn]; hasWhole && hasGiven && !hasFamily {
		delete(at, nameColumn)
		at[familyColumn] = whole
	}
	return at, ignored, needed(at, header)
}

// needed refuses a list that is neither of people with an e-mail address nor of
// units.
func needed(at map[column]int, header []string) error {
	_, email := at[emailColumn]
	_, unit := at[unitColumn]
	if email || unit && len(at) == 1 {
		return nil
	}
	var found []string
	for _, heading := range header[:min(len(header), 20)] {
		if heading = tidy(heading); heading != "" {
			found = append(found, short(heading))
		}
	}
	return ErrColumns.With("found", strings.Join(found, ", "))
}

// short keeps a heading that is repeated to people to a length they read.
func short(heading string) string {
	const most = 40
	if r := []rune(heading); len(r) > most {
		return string(r[:most]) + "…"
	}
	return heading
}
