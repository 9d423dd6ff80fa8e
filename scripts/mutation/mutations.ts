/** One small fault in a contract. */
export type Mutation = {
  file: string;
  /** Occurs once in the file. */
  from: string;
  to: string;
  /** Solidity tests, from `test/contracts/`, that should notice; the others run after them. */
  tests: readonly string[];
};

type Change = readonly [from: string, to: string, tests?: string];

function of(file: string, tests: string, changes: readonly Change[]): Mutation[] {
  return changes.map(([from, to, own]) => ({
    file: `contracts/${file}`,
    from,
    to,
    tests: (own ?? tests).split(" ").map((name) => `test/contracts/${name}.t.sol`),
  }));
}

const use = "SessionManager/";
const policy = "UniversalRouterPolicy/";
const factory = "UniversalRouterPolicyFactory/";
const route = `${policy}checkCall`;

/** What `npm run test:mutation` does to the contracts, one at a time. */
export const mutations: readonly Mutation[] = [
  ...of("SessionManager.sol", `${use}revoke`, [
    ["msg.sender == view_.account ||", "true ||"],
    [
      "(msg.sender == view_.options.sentinel &&",
      "(msg.sender != view_.account &&",
      `${use}revoke invariants/SessionManager`,
    ],
    ["view_.flags & SessionLayout.SENTINEL_MAY_REVOKE != 0", "true"],
    ["_accounts[msg.sender].withNextNonce()", "_accounts[msg.sender]", `${use}revokeAll invariants/SessionManager`],
    ["if (available < required) revert InsufficientGas", "if (false) revert InsufficientGas", "hazards/GasStarvation"],
    ["available -= available / 64;", "", "hazards/GasStarvation"],
    ["if (!ok) results[i]", "if (ok) results[i]", `${use}executeBatch`],
    ["        _words[sessionId] = word;\n", "", `${use}executeBatch`],
    ["!= OrderCallsFailed.selector", "== OrderCallsFailed.selector", `${use}executeBatch`],
    [
      "        if (msg.sender != address(this)) revert CallerNotAllowed(msg.sender);\n        _run(",
      "        _run(",
      `${use}executeIsolated`,
    ],
    [
      "        if (msg.sender != address(this)) revert CallerNotAllowed(msg.sender);\n        _runStrictly(",
      "        _runStrictly(",
      `${use}executeDelegated`,
    ],
    [
      "function execute(bytes calldata order) external nonReentrant",
      "function execute(bytes calldata order) external",
      "hazards/Reentrancy",
    ],
  ]),
  ...of("SessionGrants.sol", `${use}grant`, [
    ["if (uint160(msg.sender) != session.word(TypedWords.ACCOUNT))", "if (false)"],
    ["if (status != StoredStatus.None)", "if (status == StoredStatus.Active)"],
    ["if (block.timestamp > deadline)", "if (block.timestamp >= deadline)", `${use}grantWithSignature`],
    ["if (!SignerCheck.isSignedBy(session.account, digest, signature))", "if (false)", `${use}grantWithSignature`],
    ["_words[sessionId] = SessionWordLib.create();", "", `${use}grant`],
  ]),
  ...of("SessionControl.sol", `${use}surrender`, [
    ["if (msg.sender != view_.options.sentinel) revert", "if (false) revert", `${use}suspend`],
    ["if (msg.sender != view_.account) revert", "if (false) revert", `${use}resume`],
    ["if (msg.sender != account && msg.sender != word.guardian())", "if (false)", `${use}pause`],
    ["if (!mayRevoke || !_isSignedBySentinel", "if (!_isSignedBySentinel", `${use}revokeWithSignature`],
    ["if (by != account && word.isPaused()) return;", "if (word.isPaused()) return;", `${use}pause`],
    ["word.withPaused(true).withNextNonce()", "word.withPaused(true)", `${use}pause`],
    [".withPaused(false).withNextNonce()", ".withPaused(false)", `${use}unpauseWithSignature`],
    [
      "        _accounts[session.account] = _accounts[session.account].withNextNonce();\n",
      "",
      `${use}resumeWithSignature`,
    ],
    ["if (control.controlNonce != current)", "if (control.controlNonce < current)", `${use}pauseWithSignature`],
    ["if (block.timestamp > deadline) revert", "if (false) revert", `${use}pauseWithSignature`],
    ["_expect(session.id, StoredStatus.Suspended)", "_words[session.id]", `${use}resume`],
    ["_expect(session.id, StoredStatus.Active)", "_words[session.id]", `${use}suspend`],
    [".withInstalled(false).withNextNonce()", ".withNextNonce()", `${use}onUninstall`],
    ["if (word.isInstalled()) revert", "if (false) revert", `${use}onInstall`],
    ["modes.length != count ||", "", `${use}redeemDelegations`],
  ]),
  ...of("base/MisuseProofs.sol", `${use}reportMisuse`, [
    ["if (order.sessionId != view_.id) revert", "if (false) revert"],
    ["        _checkGranted(view_.id);\n", ""],
    ["order.nonce < view_.packed.maxOrders()", "order.nonce <= view_.packed.maxOrders()"],
    ["if (root != expected) revert", "if (false) revert"],
    ["if (!isAdmitted) return false;", "if (isAdmitted) return false;"],
    ["if (ScopeCodec.targetOf(head) != call.target) return false;", ""],
    ["SessionLayout.REVOKE_ON_MISUSE == 0) revert", "SessionLayout.REVOKE_ON_MISUSE == 1) revert"],
  ]),
  ...of("base/SessionEnding.sol", `${use}revoke`, [
    ["if (word.status() == StoredStatus.Revoked) revert", "if (false) revert"],
    ["_words[session.id] = word.withStatus(StoredStatus.Revoked);", ""],
    ["word = word.withNextEpoch();", "", `${use}revokeAll`],
  ]),
  ...of("base/SessionViews.sol", `${use}stateOf`, [
    ["if (_statusOf(view_, word) != SessionStatus.Active) return amounts;", "", `${use}remaining`],
    ["account.epoch() != session.packed.epoch()", "false"],
    ["block.timestamp >= session.packed.validUntil()", "block.timestamp > session.packed.validUntil()"],
    ["if (account.isPaused()) return SessionStatus.Paused;", ""],
    ["block.timestamp < session.packed.validAfter()", "block.timestamp <= session.packed.validAfter()"],
  ]),
  ...of("base/OrderChecks.sol", `${use}execute`, [
    ["if (!word.isActive()) {", "if (false) {", `${use}revoke ${use}suspend`],
    ["if (!accountWord.admits(session.epoch())) {", "if (false) {", `${use}revokeAll ${use}pause`],
    ["block.timestamp < session.validAfter()", "block.timestamp <= session.validAfter()"],
    ["block.timestamp >= session.validUntil()", "block.timestamp > session.validUntil()"],
    ["if (block.timestamp > head.deadline())", "if (block.timestamp >= head.deadline())"],
    [
      "word, nonce);\n        if (nonce >= session.maxOrders())",
      "word, nonce);\n        if (nonce > session.maxOrders())",
    ],
    ["submitter != relayer) revert", "false) revert", "hazards/Replay"],
    ["if (block.timestamp < nextAt)", "if (block.timestamp <= nextAt)", `${use}execute ${use}executeBatch`],
  ]),
  ...of("base/OrderCalls.sol", `${use}executePolicies`, [
    ["!= session.scopesRoot()) revert ScopeNotGranted", "== bytes32(0)) revert ScopeNotGranted", "hazards/Replay"],
    ["if (ok && bytes32(answer) == bytes32(IScopePolicy.checkCall.selector)) return;", "if (ok) return;"],
    ["if (ScopeCodec.hasPolicy(head)) record.setAsksPolicy();", ""],
  ]),
  ...of("base/OrderProofs.sol", `${use}execute`, [
    ["if (!SignerCheck.isSignedBy(key, record.hash(), signature))", "if (false)"],
    ["if (signature.length != 0 || submitter != key) {", "if (signature.length != 0) {"],
    ["if (cursor + 4 != end) revert", "if (cursor + 4 > end) revert", "fuzz/Encoding"],
    [
      "if (CalldataReader.uint32At(cursor) != 0) revert",
      "if (false) revert",
      `${use}executeLeases ${use}executeApprovals`,
    ],
    ["if (signature.length != 0 || !isKey) {", "if (signature.length != 0) {", `${use}executeLeases`],
    ["block.timestamp >= issuedAt + ttl", "block.timestamp > issuedAt + ttl", `${use}executeLeases`],
    ["block.timestamp < issuedAt ||", "", `${use}executeLeases`],
    ["if (!SignerCheck.isSignedBy(options.sentinel, digest, lease[6:]))", "if (false)", `${use}executeLeases`],
    ["if (!SignerCheck.isSignedBy(approver, digest, approval))", "if (false)", `${use}executeApprovals`],
  ]),
  ...of("base/OrderRuns.sol", `${use}executeLimits`, [
    ["        _words[record.sessionId()] = record.word();\n", "", `${use}execute`],
    ["if (consent == 0) return", "if (false) return", `${use}executeLimits`],
    ["        _words[sessionId] = LimitCounter.write(first, word, first.spent());\n", "", `${use}executeLimits`],
    ["stored = _spends[record.sessionId()][++index];", "++index;", `${use}executeLimits`],
    ["record.isApproved() ? 0 :", "", `${use}executeApprovals`],
    ["if (unapproved > limit.approveAbove())", "if (unapproved >= limit.approveAbove())", `${use}executeApprovals`],
    [
      "            _write(_spends[sessionId]",
      "            if (false) _write(_spends[sessionId]",
      `${use}executeLimits`,
    ],
    [
      "            _write(_unapproved[sessionId]",
      "            if (false) _write(_unapproved[sessionId]",
      `${use}executeApprovals`,
    ],
    ["(fault, amount) = TemporaryAllowance.takeBack(allowance);", "", `${use}executeAllowances`],
    ["if (available < required) revert OrderOutOfGas", "if (false) revert OrderOutOfGas", "hazards/GasStarvation"],
    ["        if (!word.isActive()) {", "        if (false) {", "hazards/Reentrancy"],
    ["value, token, amount, left == 1)", "value, token, amount, false)", `${use}executeNetLimits`],
  ]),
  ...of("libraries/Meter.sol", `${use}executeLimits`, [
    ["limited == token ? amount : 0", "0"],
    ["if (limited == NATIVE_TOKEN && value > charged) charged = value;", ""],
    ["charged = _max(charged, _drop(limit.balance(), balance));", ""],
    ["limit.setCharged(_saturatingAdd(limit.charged(), charged));", "limit.setCharged(charged);"],
    [
      "spent = _saturatingAdd(spent, drop);\n            fits = spent <= limit.amount();",
      "spent = _saturatingAdd(spent, drop);\n            fits = spent < limit.amount();",
    ],
    [
      "spent = _drop(_saturatingAdd(spent, drop), rise);",
      "spent = _saturatingAdd(spent, drop);",
      `${use}executeNetLimits`,
    ],
    ["} else if (drop <= spent) {", "} else {", `${use}executeInventory`],
    ["if (left < least) least = left;", "least = left;", `${use}executeAllowances`],
    ["if (limit.token() != token) continue;", "", `${use}executeAllowances`],
    ["word(dataAt + 68)", "word(dataAt + 36)", `${use}executeLimits`],
    ["sum := or(sum, sub(0, lt(sum, a)))", "", `${use}executeLimits`],
  ]),
  ...of("libraries/SessionWord.sol", "fuzz/NonceWindow", [
    ["if (nonce >= head) {", "if (nonce > head) {", `${use}execute`],
    ["window = (window << shift) | 1;", "window <<= shift;", `${use}execute ${use}stateOf`],
    ["if (age >= WINDOW) revert", "if (age > WINDOW) revert", `${use}execute`],
    ["if ((window >> age) & 1 != 0) revert", "if (false) revert", `${use}execute`],
    ["window |= 1 << age;", "", `${use}stateOf ${use}execute`],
    ["if (head < maxOrders) return false;", "", `${use}stateOf`],
    ["== period_ ? uint104(word) : 0", "<= period_ ? uint104(word) : 0", "fuzz/Periods"],
  ]),
  ...of("libraries/LimitCounter.sol", `${use}executeInventory`, [
    ["else if (stored.period() == INVENTORY_PERIOD)", "else if (stored.period() != INVENTORY_PERIOD)"],
    ["isInventory ? INVENTORY_PERIOD : limit.period()", "limit.period()"],
  ]),
  ...of("libraries/TemporaryAllowance.sol", `${use}executeAllowances`, [
    ["uint256 restored = left > cap ? 0 : allowance.before;", "uint256 restored = allowance.before;"],
    ["if (left < cap && cap - left > consumed) consumed = cap - left;", ""],
    ["fault = _approve(allowance, 0);", ""],
    ["allowance.consent == 0 ? AllowanceFault.TokenRefused : ", ""],
  ]),
  ...of("libraries/CallCheck.sol", `${use}execute`, [
    ["if (target == account) return", "if (false) return", "hazards/ForbiddenTargets"],
    ["if (value > ScopeCodec.readMaxValue(scopeAt))", "if (value >= ScopeCodec.readMaxValue(scopeAt))"],
    ["required = 100;", "required = 4;", `${use}executeLimits ${use}execute`],
    ["            if (dataLength != 0) return (Breach.DATA, 0, 0);\n", ""],
    ["if (wordAt + 32 > dataLength)", "if (wordAt > dataLength)", "fuzz/Rules"],
    ["return word <= value;", "return word < value;", "fuzz/Rules"],
    ["return word >= value;", "return word > value;", "fuzz/Rules"],
    ["holds = found == uint160(account);", "holds = uint160(found) == uint160(account);", "fuzz/Rules"],
  ]),
  ...of("libraries/SessionRules.sol", `${use}grant`, [
    ["validUntil <= validAfter ||", ""],
    ["validUntil - validAfter > MAX_DURATION", "validUntil - validAfter >= MAX_DURATION"],
    ["if (validUntil <= block.timestamp)", "if (validUntil < block.timestamp)"],
    ["if (session.word(TypedWords.EPOCH) != epoch) revert", "if (false) revert"],
    ["if (leaf <= last) revert", "if (leaf < last) revert"],
    ["if (root != stated) revert", "if (false) revert"],
    ["_isOneOf(uint160(target), 0, uint160(account))", "_isOneOf(uint160(target), 0, 0)"],
    ["if (kinds & GROSS == 0) revert", "if (kinds == 0) revert"],
    ["selector == 0 ? GROSS : GROSS | NET", "GROSS | NET"],
    ["            token == scope.word(TypedWords.TARGET) ||\n", ""],
    ["|| keccak256(approver) == keccak256(signer)", ""],
  ]),
  ...of("libraries/AccountCalls.sol", "hazards/HostileAccounts", [
    ["                    consent := ok\n", ""],
    ["and(gt(returndatasize(), 31), eq(mload(start), selector))", "gt(returndatasize(), 31)", `${use}executeBatch`],
    ["if (kind == SAFE && consent != 0) return", "if (kind == SAFE) return"],
  ]),
  ...of("libraries/AbiReader.sol", `${use}redeemDelegationsMalformed`, [
    ["if (word > max) revert", "if (false) revert"],
    ["if (length > rest.length) revert", "if (false) revert"],
    ["if (count > elements.length / 32) revert", "if (false) revert"],
  ]),
  ...of("libraries/DelegationCodec.sol", `${use}redeemDelegationsMalformed`, [
    ["if (target != expected) revert", "if (false) revert", `${use}redeemDelegations`],
    ["proof.length % 32 != 0 ||", ""],
    ["if (scope.length < SCOPE_MIN) _refuse", "if (false) _refuse"],
    ["scopeCount != count ||", ""],
  ]),
  ...of("libraries/AccountModules.sol", `${use}grant`, [["return !ok || answer != 0;", "return ok && answer != 0;"]]),
  ...of("libraries/AccountWord.sol", `${use}pause`, [
    ["uint40(AccountWord.unwrap(self)) == epoch_", "uint32(AccountWord.unwrap(self)) == epoch_"],
    ["uint32 next = epoch(self) + 1;", "uint32 next = epoch(self);", `${use}revokeAll`],
  ]),
  ...of("accounts/SessionAccount.sol", "SessionAccount/executeCallInOrder", [
    ["if (msg.sender != MANAGER) revert", "if (false) revert"],
    ["caller == owner() ||", "true ||", "SessionAccount/execute"],
    ["recovered == owner_", "recovered != owner_", "SessionAccount/isValidSignature SessionAccount/owner"],
  ]),
  ...of("policies/UniversalRouterPolicy.sol", `${route} ${policy}checkCallMutated`, [
    ["if (target != route.config.router) revert", "if (false) revert"],
    ["if (selector != EXECUTE && selector != EXECUTE_BY_DEADLINE) revert", "if (false) revert"],
    ["if (value != 0) route.onRouter = route.toNative();", ""],
    ["        route.requireNothingLeft();\n", ""],
    ["if (count != commands.length) revert", "if (count < commands.length) revert"],
    ["if ((uint256(route.config.commands) >> code) & 1 == 0) revert", "if (false) revert"],
    ["            route.requireAccount(input.addressAt(32));\n", ""],
    ["if (input.wordAt(32) == WHOLE_BALANCE) route.clear(native);", "route.clear(native);"],
    ["            route.deliver(input.addressAt(0), route.toNative());\n", ""],
    ["bool isBetween = isExactIn && i != 0;", "bool isBetween = false;"],
    ["if (isOutput) route.deliver(input.addressAt(0), bit);", "if (isOutput) continue;"],
    ["bool isOutput = i == (isExactIn ? last : 0);", "bool isOutput = i == last;"],
    ["if (count < 2) revert", "if (count < 1) revert"],
    ["        route.deliver(input.addressAt(0), bit);\n    }\n}", "    }\n}"],
    ["(length - V3_TOKEN) % V3_STEP != 0", "false"],
    ["if (address(this) == IMPLEMENTATION) revert", "if (false) revert", `${policy}config`],
  ]),
  ...of("policies/Route.sol", route, [
    ["if (token == NATIVE_TOKEN) revert", "if (false) revert"],
    ["if (recipient != CALLER && recipient != route.account)", "if (false)"],
    ["if (recipient == ROUTER) route.onRouter |= bit;\n        else", "if (recipient != ROUTER)"],
    ["if (hook == address(0)) return;", "return;", `${policy}checkCallV4`],
    ["        revert IUniversalRouterPolicy.TokenNotAllowed(route.command, token);\n    }\n}", "    }\n}"],
  ]),
  ...of("libraries/AbiReader.sol", route, [
    ["if (data.length < 32 * count) revert", "if (false) revert"],
    ["if (word > max) revert", "if (false) revert"],
  ]),
  ...of("policies/V4ActionsCheck.sol", `${policy}checkCallV4`, [
    ["        _requireLocked(route.config.router);\n", ""],
    ["if (count != actions.length) {", "if (count < actions.length) {"],
    [
      "route.deliver(input.addressAt(32), route.toCurrency(input.addressAt(0)));",
      "route.toCurrency(input.addressAt(0));",
    ],
    ["if (offset != 32) revert", "if (false) revert"],
    ["        route.toCurrency(swap.addressAt(32));\n", ""],
    ["        route.requireHook(swap.addressAt(128));\n", ""],
    ["            route.requireHook(pool.addressAt(96));\n", ""],
    ["if (count == 0) revert", "if (false) revert"],
    ["            input.numberAt(64, 1);\n", ""],
  ]),
  ...of("policies/UniversalRouterPolicyFactory.sol", `${factory}createPolicy ${factory}getAddress`, [
    ["if (config.router == address(0)) revert", "if (false) revert"],
    ["config.commands & ~SUPPORTED_COMMANDS != 0", "false"],
    ["if (list[i] <= previous) revert", "if (list[i] < previous) revert"],
    ["if (policy.code.length != 0) return policy;", ""],
    ["config.tokens.length > MAX_ENTRIES", "config.tokens.length >= MAX_ENTRIES"],
  ]),
];
