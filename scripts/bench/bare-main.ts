// The program without its record of requests and its metrics: what they cost is the difference to the real one.
import { Ledger } from "../../src/state/ledger/ledger";
import { StoreClient } from "../../src/state/ledger/store/store-client";

const ignore = () => {};

Ledger.prototype.add = ignore;
StoreClient.prototype.open = () => Promise.reject(new Error("There is no record in this build."));
StoreClient.prototype.addKeyState = ignore;
StoreClient.prototype.setRests = ignore;
StoreClient.prototype.setBinding = ignore;

await import("../../src/main");
