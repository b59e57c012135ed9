package doorlinktest_test

import (
	"testing"

	"go.uber.org/goleak"

	"doorlink/doorlinktest"
	"doorlink/store/storetest"
)

func TestMain(m *testing.M) {
	doorlinktest.BeNode()
	goleak.VerifyTestMain(storetest.Tests{M: m})
}
