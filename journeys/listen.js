// Keeps every connection a page makes within a test's reach, and when the last
// one was found to be lost.
window.connections = [];
window.lost = 0;
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) {
    super(...settings);
    window.connections.push(this);
    this.addEventListener("iceconnectionstatechange", () => {
      if (this.iceConnectionState === "disconnected") window.lost = performance.now();
    });
  }
};

// When the line to the server was opened last.
window.up = 0;
window.WebSocket = class extends WebSocket {
  constructor(...settings) {
    super(...settings);
    this.addEventListener("open", () => { window.up = performance.now(); });
  }
};

// What has arrived over the newest connection: energy in full-scale squared
// seconds, seconds of sound, and the kinds of the two ends of its way.
window.arrived = async () => {
  const stats = [...(await window.connections.at(-1)?.getStats() ?? new Map()).values()];
  const sound = stats.find((s) => s.type === "inbound-rtp" && s.kind === "audio");
  const pair = stats.find((s) => s.id === stats.find((t) => t.type === "transport")?.selectedCandidatePairId);
  const end = (id) => stats.find((s) => s.id === id)?.candidateType ?? "";
  return {
    energy: sound?.totalAudioEnergy ?? 0,
    seconds: sound?.totalSamplesDuration ?? 0,
    ways: pair ? [end(pair.localCandidateId), end(pair.remoteCandidateId)] : [],
  };
};
