package console

import (
	"net/http"

	"doorlink"
	"doorlink/office"
	"doorlink/roster"
	"doorlink/web/page"
)

// How many bytes of a request are read: of a form, and of one with the longest
// list in it.
const (
	longestForm = 256 << 10
	longestBody = roster.MaxBytes + 64<<10
)

// withList marks the handler of a route that reads a list; all others read forms
// alone.
type withList struct{ http.Handler }

// Handler serves every route below /console/, and the console's part of /a/,
// where all pages have their styles and scripts.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.routes(func(pattern string, h http.Handler) {
		limit := int64(longestForm)
		if _, ok := h.(withList); ok {
			limit = longestBody
		}
		mux.Handle(pattern, http.MaxBytesHandler(h, limit))
	})
	return page.Careful(longestBody, http.NewCrossOriginProtection().Handler(mux))
}

func (s *Server) routes(on func(pattern string, h http.Handler)) {
	// Anybody.
	on("GET /a/{hash}/console/", http.HandlerFunc(s.asset))
	on("GET /console/{$}", s.open(s.start))
	on("GET /console/in/by/{link}", s.open(s.arrive))
	on("POST /console/in/by/{link}", s.open(s.enter))
	on("POST /console/in", s.open(s.ask))
	on("POST /console/passkey/ask", s.open(s.askPasskey))
	on("POST /console/passkey", s.open(s.enterByPasskey))
	on("GET /console/sso/begin", s.open(s.beginSSO))
	on("GET /console/sso", s.open(s.enterBySSO))

	// Whoever is signed in.
	on("GET /console/properties", s.own(s.properties))
	on("GET /console/properties/new", s.own(s.newProperty))
	on("POST /console/properties/new", s.own(s.addProperty))
	on("GET /console/audit", s.own(s.portfolioAudit))
	on("GET /console/account", s.own(s.account))
	on("POST /console/account/end", s.own(s.endSession))
	on("POST /console/account/passkey/ask", s.own(s.askNewPasskey))
	on("POST /console/account/passkey", s.own(s.addPasskey))
	on("POST /console/account/passkey/end", s.own(s.endPasskey))
	on("POST /console/out", s.own(s.leave))

	// At a property.
	on("GET /console/{property}/{$}", s.desk(s.first))
	on("GET /console/{property}/overview", s.desk(s.overview))
	on("GET /console/{property}/live", s.aside(s.liveHouse))
	s.peopleRoutes(on)
	s.unitRoutes(on)
	on("GET /console/{property}/audit", s.desk(s.audit))
	on("POST /console/{property}/undo", s.desk(s.undo))
	on("GET /console/{property}/doors", s.desk(s.doors))
	on("POST /console/{property}/doors", s.desk(s.addDoor))
	on("GET /console/{property}/doors/{door}", s.desk(s.door))
	on("POST /console/{property}/doors/{door}", s.desk(s.setDoor))
	on("POST /console/{property}/doors/{door}/remove", s.desk(s.removeDoor))
	on("GET /console/{property}/doors/{door}/lock", s.desk(s.setupForm))
	on("POST /console/{property}/doors/{door}/lock", s.desk(s.setUpLock))
	on("GET /console/{property}/doors/{door}/directory", s.desk(s.doorDirectory))
	on("GET /console/{property}/doors/{door}/link", s.desk(s.link))
	on("POST /console/{property}/doors/{door}/link", s.desk(s.addLink))
	on("GET /console/{property}/doors/{door}/link/live", s.aside(s.liveLink))
	on("GET /console/{property}/doors/{door}/link/change", s.desk(s.changeForm))
	on("POST /console/{property}/doors/{door}/link/change", s.desk(s.changeQR))
	on("POST /console/{property}/doors/{door}/link/label", s.desk(s.labelLink))
	on("POST /console/{property}/doors/{door}/link/looked", s.desk(s.lookedAt))
	on("POST /console/{property}/doors/{door}/link/retire", s.desk(s.retireLink))
	on("GET /console/{property}/doors/{door}/link/print", s.desk(s.printForm))
	on("POST /console/{property}/doors/{door}/link/print", s.desk(s.print))
	on("GET /console/{property}/keys", s.desk(s.keys))
	on("POST /console/{property}/keys", s.desk(s.addKey))
	on("GET /console/{property}/keys/{key}", s.desk(s.key))
	on("POST /console/{property}/keys/{key}", s.desk(s.setKey))
	on("POST /console/{property}/keys/{key}/remove", s.desk(s.removeKey))
	on("GET /console/{property}/keys/{key}/doors", s.desk(s.doorsOffKey))
	on("POST /console/{property}/keys/{key}/doors", s.desk(s.putDoors))
	on("GET /console/{property}/keys/{key}/doors/{door}", s.desk(s.doorOnKey))
	on("POST /console/{property}/keys/{key}/doors/{door}", s.desk(s.setDoorOnKey))
	on("POST /console/{property}/keys/{key}/doors/{door}/off", s.desk(s.takeDoor))
	on("GET /console/{property}/keys/{key}/holders", s.desk(s.holders))
	on("GET /console/{property}/keys/{key}/give", s.desk(s.withoutKey))
	on("POST /console/{property}/keys/{key}/give", s.desk(s.giveTo))
	on("GET /console/{property}/keys/{key}/holders/{person}", s.desk(s.holder))
	on("POST /console/{property}/keys/{key}/holders/{person}", s.desk(s.setHolder))
	on("POST /console/{property}/keys/{key}/holders/{person}/end", s.desk(s.takeKey))
	on("GET /console/{property}/history", s.desk(s.history))
	on("GET /console/{property}/history/csv", s.desk(s.historyCSV))
	on("GET /console/{property}/history/json", s.desk(s.historyJSON))
	on("GET /console/{property}/managers", s.desk(s.managers))
	on("GET /console/{property}/managers/new", s.desk(s.newManager))
	on("POST /console/{property}/managers/new", s.desk(s.addManager))
	on("GET /console/{property}/managers/{manager}", s.desk(s.manager))
	on("POST /console/{property}/managers/{manager}", s.desk(s.setAccess))
	on("GET /console/{property}/managers/{manager}/link", s.desk(s.managerLink))
	on("POST /console/{property}/managers/{manager}/link", s.desk(s.linkManager))
	on("POST /console/{property}/managers/{manager}/end", s.desk(s.endAccess))
	on("GET /console/{property}/tokens", s.desk(s.tokens))
	on("GET /console/{property}/tokens/new", s.desk(s.newToken))
	on("POST /console/{property}/tokens/new", s.desk(s.addToken))
	on("GET /console/{property}/tokens/{token}", s.desk(s.token))
	on("POST /console/{property}/tokens/{token}/end", s.desk(s.endToken))
	on("GET /console/{property}/webhooks", s.desk(s.hooks))
	on("POST /console/{property}/webhooks", s.desk(s.addHook))
	on("GET /console/{property}/webhooks/new", s.desk(s.newHook))
	on("GET /console/{property}/webhooks/{hook}", s.desk(s.hook))
	on("GET /console/{property}/webhooks/{hook}/change", s.desk(s.changeHook))
	on("POST /console/{property}/webhooks/{hook}/change", s.desk(s.setHook))
	on("POST /console/{property}/webhooks/{hook}/pause", s.desk(s.pauseHook))
	on("POST /console/{property}/webhooks/{hook}/test", s.desk(s.testHook))
	on("GET /console/{property}/webhooks/{hook}/secret", s.desk(s.secret))
	on("POST /console/{property}/webhooks/{hook}/secret", s.desk(s.renewSecret))
	on("POST /console/{property}/webhooks/{hook}/remove", s.desk(s.removeHook))
	on("POST /console/{property}/webhooks/{hook}/replay", s.desk(s.replayDead))
	on("GET /console/{property}/webhooks/{hook}/deliveries/{delivery}", s.desk(s.delivery))
	on("POST /console/{property}/webhooks/{hook}/deliveries/{delivery}/replay", s.desk(s.replay))
	on("GET /console/{property}/import", s.desk(s.importForm))
	on("POST /console/{property}/import", withList{s.desk(s.upload)})
	on("GET /console/{property}/import/people.csv", s.desk(s.template))
	on("GET /console/{property}/import/sync", s.desk(s.syncPage))
	on("POST /console/{property}/import/sync", s.desk(s.setSync))
	on("POST /console/{property}/import/sync/now", s.desk(s.syncNow))
	on("POST /console/{property}/import/sync/answers", s.desk(s.answerConflicts))
	on("GET /console/{property}/import/sync/lists", s.desk(s.taken))
	on("GET /console/{property}/import/sync/lists/{taken}/skipped.csv", s.desk(s.takenSkips))
	on("GET /console/{property}/import/{list}", s.desk(s.plan))
	on("GET /console/{property}/import/{list}/skipped.csv", s.desk(s.skipped))
	on("POST /console/{property}/import/{list}/choose", s.desk(s.chooseAbout))
	on("POST /console/{property}/import/{list}/decide", s.desk(s.decide))
	on("POST /console/{property}/import/{list}/apply", s.desk(s.apply))
	on("POST /console/{property}/import/{list}/invite", s.desk(s.inviteNew))
	on("POST /console/{property}/import/{list}/remove", s.desk(s.removeList))
	on("GET /console/{property}/export/people.csv", s.desk(s.exportList))
	on("GET /console/{property}/export/everything.json", s.desk(s.exportAll))
	on("GET /console/{property}/locks", s.desk(s.locks))
	on("GET /console/{property}/reports", s.desk(s.reports))
	on("GET /console/{property}/reports/{report}", s.desk(s.report))
	on("GET /console/{property}/reports/{report}/csv", s.desk(s.reportCSV))
	on("GET /console/{property}/settings", s.desk(s.settings))
	on("POST /console/{property}/settings", s.desk(s.saveSettings))

	on("/console/", s.own(nowhere))
}

func (s *Server) peopleRoutes(on func(pattern string, h http.Handler)) {
	on("GET /console/{property}/people", s.desk(s.people))
	on("GET /console/{property}/people/unreached", s.desk(s.unreached))
	on("POST /console/{property}/people/links", s.desk(s.sendLinks))
	on("GET /console/{property}/people/invite", s.desk(s.inviteForm))
	on("POST /console/{property}/people/invite", s.desk(s.invite))
	on("GET /console/{property}/people/{person}", s.desk(s.person))
	on("POST /console/{property}/people/{person}", s.desk(s.setPerson))
	on("GET /console/{property}/people/{person}/link", s.desk(s.linkIn))
	on("POST /console/{property}/people/{person}/link", s.desk(s.linkAgain))
	on("POST /console/{property}/people/{person}/show", s.desk(s.showPerson))
	on("POST /console/{property}/people/{person}/units", s.desk(s.assign))
	on("POST /console/{property}/people/{person}/units/end", s.desk(s.unassign))
	on("POST /console/{property}/people/{person}/keys", s.desk(s.giveKey))
	on("POST /console/{property}/people/{person}/keys/dates", s.desk(s.setDates))
	on("POST /console/{property}/people/{person}/keys/renew", s.desk(s.renewKey))
	on("POST /console/{property}/people/{person}/keys/share", s.desk(s.letShare))
	on("POST /console/{property}/people/{person}/keys/end", s.desk(s.endKey))
	on("POST /console/{property}/people/{person}/out", s.desk(s.act((*office.Desk).MoveOut)))
	on("POST /console/{property}/people/{person}/revoke", s.desk(s.act((*office.Desk).Revoke)))
	on("POST /console/{property}/people/{person}/sign-out", s.desk(s.act((*office.Desk).SignOut)))
	on("POST /console/{property}/people/{person}/delete", s.desk(s.deletePerson))
	on("POST /console/{property}/people/{person}/export", s.desk(s.exportPerson))
	on("POST /console/{property}/people/{person}/erase", s.desk(s.erasePerson))
}

func (s *Server) unitRoutes(on func(pattern string, h http.Handler)) {
	on("GET /console/{property}/units", s.desk(s.units))
	on("POST /console/{property}/units", s.desk(s.addUnit))
	on("POST /console/{property}/units/by-name", s.desk(s.orderUnits))
	on("GET /console/{property}/units/featured", s.desk(s.featuredForm))
	on("POST /console/{property}/units/featured", s.desk(s.addFeatured))
	on("GET /console/{property}/units/{unit}", s.desk(s.unit))
	on("POST /console/{property}/units/{unit}", s.desk(s.setUnit))
	on("POST /console/{property}/units/{unit}/move", s.desk(s.moveUnit))
	on("POST /console/{property}/units/{unit}/hidden", s.desk(s.hideUnit))
	on("POST /console/{property}/units/{unit}/remove", s.desk(s.removeUnit))
}

// errNowhere answers an address that leads nowhere.
var errNowhere = doorlink.Fail(doorlink.NotFound, "page.unknown")

func nowhere(http.ResponseWriter, *http.Request, *own) error { return errNowhere }

func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	views, err := s.source.Views()
	if err != nil {
		s.log.Error("building pages", "err", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	views.Assets.Handler().ServeHTTP(w, r)
}
