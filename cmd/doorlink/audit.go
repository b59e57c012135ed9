package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"doorlink"
	"doorlink/server"
	"doorlink/store"
	"doorlink/web/locale"
)

// audit verifies the audit, and prints it if asked to.
type audit struct {
	server.Config `embed:""`

	List bool   `help:"Print every entry, the latest first, before it is verified."`
	Ends string `help:"File that remembers where the audit ended, from one time to the next; kept elsewhere, it shows if entries were cut off." type:"path" placeholder:"FILE"`
}

// Run ends with a failure that names the first entry which is not as it was
// written. Entries are printed by ID, as logs are: names stay in the database.
func (c *audit) Run(ctx context.Context, log *slog.Logger) error {
	return withDB(ctx, c.Config, log, func(db *store.DB, _ server.Keys) error {
		if c.List {
			if err := printAudit(ctx, db); err != nil {
				return err
			}
		}
		known, err := readEnds(c.Ends)
		if err != nil {
			return err
		}
		ends, err := db.VerifyAudit(ctx, known...)
		if err != nil {
			return err
		}
		n := int64(0)
		for _, e := range ends {
			n += e.Seq
		}
		if err := writeEnds(c.Ends, ends); err != nil {
			return err
		}
		fmt.Printf("%d entries, each as it was written.\n", n)
		return nil
	})
}

// readEnds reads where the audit ended when it was last verified: nothing if
// there is no file yet, or none is asked for.
func readEnds(file string) ([]store.AuditEnd, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading where the audit ended: %w", err)
	}
	var ends []store.AuditEnd
	if err := json.Unmarshal(text, &ends); err != nil {
		return nil, fmt.Errorf("%s does not say where the audit ended: %w", file, err)
	}
	return ends, nil
}

// writeEnds writes what readEnds reads; of the two files there is always one.
func writeEnds(file string, ends []store.AuditEnd) error {
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(ends, "", "  ")
	if err == nil {
		err = os.WriteFile(file+".new", append(text, '\n'), 0o644)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		return fmt.Errorf("writing where the audit ends: %w", err)
	}
	return nil
}

func printAudit(ctx context.Context, db *store.DB) error {
	all, err := locale.Load()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	if err := printChain(ctx, db, out, all.Match("", "en"), ""); err != nil {
		return err
	}
	if err := eachProperty(ctx, db, func(p doorlink.PropertyID) error {
		return printChain(ctx, db, out, all.Match("", "en"), p)
	}); err != nil {
		return err
	}
	return out.Flush()
}

// auditPage is how many entries are read at once.
const auditPage = 500

// printChain prints the entries of one property; of no single one if empty.
func printChain(ctx context.Context, db *store.DB, out *bufio.Writer, words *locale.Language, p doorlink.PropertyID) error {
	q := store.DeedQuery{Property: p, Limit: auditPage}
	for {
		deeds, err := db.Deeds(ctx, q)
		if err != nil || len(deeds) == 0 {
			return err
		}
		for _, d := range deeds {
			fmt.Fprintf(out, "%s\t%s\t%d\t%s\t%s\t%s\n", d.At.UTC().Format(time.RFC3339), d.Property, d.Seq, d.Manager, d.Subject,
				words.Say("audit."+d.Action))
		}
		q.After = deeds[len(deeds)-1].Seq
	}
}
