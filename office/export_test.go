package office

import "doorlink/store"

// Reorder is for the tests alone.
var Reorder = reorder

// Database is for benchmarks that need an office without a memory.
func (o *Office) Database() *store.DB { return o.db }
