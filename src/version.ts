// The version of this build: fixed by the build script, read from package.json when run from source.
import { version as sourceVersion } from "../package.json";

declare const CF_VERSION: string | undefined;

export const version: string = typeof CF_VERSION === "string" ? CF_VERSION : sourceVersion;
