package main

import (
	"bufio"
	"context"
	"fmt"
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

	List bool `help:"Print every entry, the latest first, before it is verified."`
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
		n, err := db.VerifyAudit(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%d entries, each as it was written.\n", n)
		return nil
	})
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
		q.Before = deeds[len(deeds)-1].Seq
	}
}
