package store_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorlink/store"
	"doorlink/store/storetest"
)

// schemaQuery lists the schema of an engine, one line for each column, index
// and constraint.
var schemaQuery = map[string]string{
	"sqlite": `SELECT t.name || '.' || c.name || ' ' || c.type || CASE WHEN c."notnull" THEN ' NOT NULL' ELSE '' END
				|| CASE WHEN c.pk THEN ' KEY ' || c.pk ELSE '' END
			FROM sqlite_master t JOIN pragma_table_info(t.name) c
			WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'schema_version'
		UNION ALL SELECT t.name || ': ' || f."from" || ' REFERENCES ' || f."table" || ' ON DELETE ' || f.on_delete
			FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
		UNION ALL SELECT i.tbl_name || ': ' || COALESCE(i.sql, 'UNIQUE (' ||
				(SELECT group_concat(x.name, ', ') FROM pragma_index_info(i.name) x) || ')')
			FROM sqlite_master i WHERE i.type = 'index' AND i.tbl_name <> 'schema_version'
`,
	"postgres": `SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
			FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> 'schema_version'
		UNION ALL SELECT tablename || ': ' || indexdef FROM pg_indexes
			WHERE schemaname = current_schema() AND tablename <> 'schema_version'
		UNION ALL SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) FROM pg_constraint
			WHERE connamespace = current_schema()::regnamespace AND contype = 'f'
`,
}

// schema is what a database is made of, as text.
func schema(tb testing.TB, db *store.DB) string {
	tb.Helper()
	lines := must(db.Texts(tb.Context(), schemaQuery[db.Engine()]))
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// TestSchemaIsAsReviewed compares what the migrations end in with the golden
// files, which -update rewrites.
func TestSchemaIsAsReviewed(t *testing.T) {
	t.Parallel()
	storetest.OnEach(t, func(t *testing.T, db *store.DB) {
		got, golden := schema(t, db), "schema_"+db.Engine()+".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		same(t, golden, got, string(must(os.ReadFile(golden))))
	})
}

// TestEveryTableAndColumnHasAComment reads the migrations line by line.
func TestEveryTableAndColumnHasAComment(t *testing.T) {
	t.Parallel()
	column := regexp.MustCompile(`^    [a-z_]+ +(TEXT|BIGINT|BOOLEAN)\b`)
	for _, file := range must(filepath.Glob("migrations/*.sql")) {
		before := ""
		for line := range strings.SplitSeq(string(must(os.ReadFile(file))), "\n") {
			if strings.HasPrefix(line, "CREATE TABLE") && !strings.HasPrefix(before, "-- ") {
				t.Errorf("%s: no comment above %s", file, line)
			}
			if column.MatchString(line) && !strings.Contains(line, " -- ") {
				t.Errorf("%s: no comment beside %s", file, line)
			}
			before = line
		}
	}
}

// TestHotStatementsUseIndexes asks SQLite how it goes about the statements that
// run for every scan, dial and ring: a scan of a whole table is no answer.
func TestHotStatementsUseIndexes(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	h := newHouse(t, db)
	place(t, db, h.call(h.visit(), noon))
	for name, text := range store.HotTexts() {
		for _, step := range plan(t, db, text) {
			if strings.HasPrefix(step, "SCAN ") {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

func plan(t *testing.T, db *store.DB, text string) []string {
	t.Helper()
	return must(db.Plan(t.Context(), text))
}

// TestSQLiteHasTheLibcItWasMadeWith: the driver is translated from C and works
// with exactly one version of its C library.
func TestSQLiteHasTheLibcItWasMadeWith(t *testing.T) {
	t.Parallel()
	list := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-m", "-f"}, args...)...).Output()
		if err != nil {
			t.Fatalf("go list %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	wants := ""
	file := must(os.Open(list("{{.GoMod}}", "modernc.org/sqlite")))
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if v, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "modernc.org/libc "); ok {
			wants = v
		}
	}
	same(t, "modernc.org/libc", list("{{.Version}}", "modernc.org/libc"), wants)
}
