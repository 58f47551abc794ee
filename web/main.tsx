// Entry of the dashboard's page.
import { useSignal, useSignalEffect } from "@preact/signals";
import { render } from "preact";
import type { Snapshot } from "../src/server/contract";

function App() {
  const snapshot = useSignal<Snapshot | null>(null);
  useSignalEffect(() => {
    void fetch("/dashboard/api/snapshot")
      .then((answer) => answer.json())
      .then((found) => {
        snapshot.value = found;
      });
  });
  return (
    <main>
      <h1>Claude Failover {snapshot.value?.version}</h1>
      <p>{snapshot.value?.status}</p>
    </main>
  );
}

const root = document.querySelector("#app");
if (root !== null) render(<App />, root);
