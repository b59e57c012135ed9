package server

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// figures serves /metrics: counts of this node, never anything about a person.
func (s *Server) figures() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, read func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "doorlink", Name: name, Help: help}, read))
	}
	count := func(name, help string, read func() float64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "doorlink", Name: name, Help: help}, read))
	}
	gauge("pages_open", "Pages of visitors and residents that are connected.", func() float64 { return float64(s.pages.Sockets()) })
	gauge("bus_nodes", "Nodes on the embedded bus, this one included.", func() float64 { return float64(s.bus.Nodes()) })
	count("bus_dropped_total", "Times at which messages were lost because this node could not keep up.", func() float64 { return float64(s.bus.Dropped()) })
	count("hooks_arrived_total", "Deliveries that webhooks have accepted.", func() float64 { return float64(s.courier.arrived.Load()) })
	count("hooks_failed_total", "Attempts at deliveries that failed.", func() float64 { return float64(s.courier.failed.Load()) })
	count("hooks_given_up_total", "Deliveries that were given up.", func() float64 { return float64(s.courier.givenUp.Load()) })
	if s.relay != nil {
		gauge("relay_allocations", "Relayed addresses in use.", func() float64 { return float64(s.relay.Stats().Allocations) })
		count("relay_packets_total", "Packets relayed.", func() float64 { return float64(s.relay.Stats().Packets) })
		count("relay_bytes_total", "Bytes relayed.", func() float64 { return float64(s.relay.Stats().Bytes) })
		count("relay_refused_total", "Requests that the relay refused.", func() float64 { return float64(s.relay.Stats().Refused) })
		count("relay_dropped_total", "Packets above a call's bandwidth.", func() float64 { return float64(s.relay.Stats().Dropped) })
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{}))
	return mux
}
