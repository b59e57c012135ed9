package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// embedded holds the migrations. A released one is never edited: databases
// out there have run it.
//
//go:embed migrations/*.sql
var embedded embed.FS

// migrations makes the runner of the migrations in files. They go forward only: the way
// back is the copy that was made before, or a backup.
func migrations(dialect goose.Dialect, pool *sql.DB, files fs.FS, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(files, "migrations")
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	// The registry of goose is global and for migrations written in Go.
	options = append(options, goose.WithTableName("schema_version"), goose.WithDisableGlobalRegistry(true))
	p, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return nil, fmt.Errorf("reading the migrations: %w", err)
	}
	return p, nil
}

// migrateSQLite runs what is missing. The caller holds the file lock, because
// goose has none for SQLite. A failed migration leaves the database as it was.
func migrateSQLite(ctx context.Context, pool *sql.DB, path string, files fs.FS, log *slog.Logger) error {
	p, err := migrations(goose.DialectSQLite3, pool, files)
	if err != nil {
		return err
	}
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if has > 0 && has < knows { // 0 is a fresh file: nothing to lose
		aside := fmt.Sprintf("%s.v%d", path, has)
		if err := copySQLite(ctx, path, aside); err != nil {
			return err
		}
		log.Info("database copied before its migration", "version", has)
	}
	return up(ctx, p, log)
}

// migratePostgres runs what is missing under a lock of the server, so that
// many nodes may start at once.
func migratePostgres(ctx context.Context, config pgx.ConnConfig, log *slog.Logger) error {
	pool := stdlib.OpenDB(config)
	defer pool.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return err
	}
	p, err := migrations(goose.DialectPostgres, pool, embedded, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	return up(ctx, p, log)
}

// up refuses a database from the future and runs what is missing.
func up(ctx context.Context, p *goose.Provider, log *slog.Logger) error {
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if has > knows {
		return fmt.Errorf("the database is of version %d, made by a newer doorlink; this one knows %d", has, knows)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return err
	}
	for _, m := range done {
		log.Info("database migrated", "version", m.Source.Version)
	}
	return nil
}
