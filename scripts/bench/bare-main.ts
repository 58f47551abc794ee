// The program without its record of requests and its metrics: what they cost is the difference to the real one.
import { RequestTallies } from "../../src/server/metrics/request-tallies";
import { RecentRows } from "../../src/state/ledger/recent-rows";
import { StoreClient } from "../../src/state/ledger/store/store-client";
import { Today } from "../../src/state/ledger/today";

const ignore = () => {};

// Finished requests are gathered all the same: the log takes its lines from them.
RequestTallies.prototype.add = ignore;
RecentRows.prototype.add = ignore;
Today.prototype.add = ignore;
StoreClient.prototype.add = ignore;
StoreClient.prototype.open = () => Promise.reject(new Error("There is no record in this build."));
StoreClient.prototype.addKeyState = ignore;
StoreClient.prototype.setRests = ignore;
StoreClient.prototype.setBinding = ignore;

await import("../../src/main");
