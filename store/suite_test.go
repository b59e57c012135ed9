package store_test

import (
	"testing"

	"doorlink/store"
)

// suite is what both engines must do alike. Each test has a database to itself.
var suite = []struct {
	name string
	test func(*testing.T, *store.DB)
}{
	{"BackupIsForFilesAlone", backupIsForFilesAlone},

	{"CallComesBackAsPlaced", callComesBackAsPlaced},
	{"RuleSeesRecentCalls", ruleSeesRecentCalls},
	{"RefusedCallLeavesNothing", refusedCallLeavesNothing},
	{"OneVisitHasOneCall", oneVisitHasOneCall},
	{"PanelLimitHoldsInACrowd", panelLimitHoldsInACrowd},
	{"FirstAnswerWins", firstAnswerWins},
	{"MoveWithoutChangeWritesNothing", moveWithoutChangeWritesNothing},
	{"EndedCallIsOnRecordOnce", endedCallIsOnRecordOnce},
	{"LatestCallOfAVisit", latestCallOfAVisit},
	{"CallsThatMatterToAPerson", callsThatMatterToAPerson},
	{"OverdueCallsLongestFirst", overdueCallsLongestFirst},

	{"StickerLeadsToItsDoor", stickerLeadsToItsDoor},
	{"CountsOfNodesAddUp", countsOfNodesAddUp},
	{"CallsThatGoOnAreCounted", callsThatGoOn},
	{"DoorWithoutPanel", doorWithoutPanel},
	{"RevisionGrowsWithTheDirectory", revisionGrowsWithTheDirectory},
	{"DirectoryHasEverybodyWithUnitOrKey", directoryHasEverybodyWithUnitOrKey},
	{"UnitFactsStayInTheProperty", unitFactsStayInTheProperty},
	{"GrantsAreOfOneDoor", grantsAreOfOneDoor},
	{"PersonDoorsHavePanels", personDoorsHavePanels},

	{"SetupRoundTrip", setupRoundTrip},
	{"SlotIsKeptAsItWasLeft", slotIsKeptAsItWasLeft},
	{"SlotsAreDense", slotsAreDense},
	{"CodesOfOneSlotTakeTurns", codesOfOneSlotTakeTurns},
	{"RefusedCodeLeavesNothing", refusedCodeLeavesNothing},
	{"CodesOfACall", codesOfACall},

	{"HistoryIsWhatAViewerMaySee", historyIsWhatAViewerMaySee},
	{"HistoryTellsOfCallAndCode", historyTellsOfCallAndCode},
	{"LogsAreReadBothWays", logsAreReadBothWays},

	{"LinkWorksOnce", linkWorksOnce},
	{"LinkIsRefused", linkIsRefused},
	{"SigningInAgainKeepsTheHandset", signingInAgainKeepsTheHandset},
	{"SessionLastsFromItsLastUse", sessionLastsFromItsLastUse},
	{"SessionEnds", sessionEnds},

	{"TokenIsKnownUntilItEnds", tokenIsKnownUntilItEnds},
	{"TokensEndWithTheirManager", tokensEndWithTheirManager},
	{"OneOfManyBegins", oneOfManyBegins},

	{"WhatHappensIsToldToWhoListens", whatHappensIsTold},
	{"WhatWasNotDoneIsNotTold", whatWasNotDoneIsNotTold},
	{"NamesAreToldWhereTheyMay", namesAreTold},
	{"ADeliveryIsClaimedByOne", deliveryIsClaimedByOne},
	{"AClaimEndsByItself", claimEndsByItself},
	{"ALongQueueHidesNobodyElses", longQueueHidesNobody},
	{"DeliveriesAreListedAndSentAgain", deliveriesAreListed},
	{"DeliveryIsFoundByID", deliveryIsFoundByID},
	{"AWebhookIsReplacedByAChange", hookIsChanged},

	{"FeedIsClaimedByOne", feedIsClaimedByOne},
	{"ConflictsComeAndGoWithTheList", conflictsComeAndGo},
	{"DraftIsKeptForADay", draftIsKeptForADay},
	{"DraftIsAppliedOnce", draftIsAppliedOnce},
	{"DraftsGoWithWhoIsErased", draftsGoWithWhoIsErased},

	{"BuildingRefusesWhatCannotBe", buildingRefusesWhatCannotBe},
	{"BuildingIsListed", buildingIsListed},
	{"PlannedBuildingIsStoredWhole", plannedBuildingIsStoredWhole},
	{"PersonIsRemovedWhole", personIsRemovedWhole},
	{"PurgeKeepsToRetention", purgeKeepsToRetention},
	{"PurgeAsEachPropertySays", purgeAsEachPropertySays},
	{"PurgeIsDoneOnceADay", purgeIsDoneOnceADay},
	{"PurgeIsTakenOver", purgeIsTakenOver},
	{"PurgeTellsNothingOfOwnEntries", purgeTellsNothingOfOwnEntries},

	{"AuditFindsWhatWasAltered", auditFindsWhatWasAltered},
	{"AuditFindsThatItWasWrittenAnew", auditWrittenAnew},

	{"FailedWriteLeavesNothing", failedWriteLeavesNothing},
	{"WriteFailsAfterAFailedStatement", writeFailsAfterAFailedStatement},
	{"PanicInAWriteRollsBack", panicInAWriteRollsBack},
	{"ContextInterruptsAWrite", contextInterruptsAWrite},
	{"ContextInterruptsARead", contextInterruptsARead},
	{"ClosedDatabaseIsOfNoUse", closedDatabaseIsOfNoUse},
}
