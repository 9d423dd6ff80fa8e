import { installWithApt, isAptAvailable } from "../../../scripts/aptPackages.ts";
import { findSoftHsm } from "../../../scripts/findSoftHsm.ts";

/** Installs SoftHSM2 where it is missing and can be had; elsewhere the tests with it are skipped, and counted. */
export default function ensureSoftHsm(): void {
  if (findSoftHsm() !== undefined || !isAptAvailable()) return;
  console.log("No SoftHSM2 found; installing it with apt-get …");
  try {
    installWithApt("softhsm2");
  } catch (error) {
    console.warn("SoftHSM2 could not be installed; the tests of keys in an HSM are skipped.", error);
  }
}
