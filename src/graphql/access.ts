/**
 * Who may ask for what. One table, and not a word next to each field: a row that is too generous is seen between its
 * neighbours, and who changes who may ask changes this file. `guard.ts` obeys it and lets no schema load that has a field
 * without a row; docs/access.md shows it; the tests in test/attacks walk it.
 *
 * The fields of all other types have no rows: whoever got an entity may read all of it. What they look up they look up among
 * the asker's own, as the root fields do. `__schema`, `__type` and `__typename` say nothing of anybody, and answer everybody.
 */

/**
 * Who asks. Of a person it shows only when their ids are looked up whether they are the owner: those of others are not found
 * among their own. `ended` came with a token that is no longer, or never was, good for anything: its session has ended, or
 * its account was erased.
 */
export type Role = 'owner' | 'stranger' | 'anonymous' | 'ended';

/**
 * What a role gets. YES: an answer. OWN: an answer of the asker's own, the same for an id that belongs to somebody else as for
 * one that does not exist. NO: UNAUTHENTICATED, whatever the arguments, before anything is looked up.
 */
export type Grant = 'YES' | 'OWN' | 'NO';

export type Rule = 'ANYONE' | 'VISITOR' | 'PERSON';

export const rules: Record<Rule, Record<Role, Grant>> = {
  ANYONE: { owner: 'YES', stranger: 'YES', anonymous: 'YES', ended: 'YES' },
  VISITOR: { owner: 'YES', stranger: 'OWN', anonymous: 'YES', ended: 'NO' },
  PERSON: { owner: 'YES', stranger: 'OWN', anonymous: 'NO', ended: 'NO' },
};

export type RootType = 'Query' | 'Mutation' | 'Subscription';

export const access: Record<RootType, Readonly<Record<string, Rule>>> = {
  Query: {
    auditCheck: 'PERSON',
    auditLog: 'PERSON',
    changes: 'PERSON',
    correlations: 'PERSON',
    devices: 'PERSON',
    entries: 'PERSON',
    entry: 'PERSON',
    erasurePreview: 'PERSON',
    history: 'PERSON',
    import: 'PERSON',
    insight: 'PERSON',
    insightReadiness: 'PERSON',
    insightSummary: 'PERSON',
    insights: 'PERSON',
    job: 'PERSON',
    // How a client learns whether it is signed in.
    me: 'VISITOR',
    metric: 'PERSON',
    metrics: 'PERSON',
    series: 'PERSON',
    snapshot: 'PERSON',
    trends: 'PERSON',
  },
  Mutation: {
    applyImport: 'PERSON',
    applyOperations: 'PERSON',
    changePassword: 'PERSON',
    createEntries: 'PERSON',
    createEntry: 'PERSON',
    createImport: 'PERSON',
    createMetric: 'PERSON',
    deleteAccount: 'PERSON',
    deleteEntry: 'PERSON',
    deleteMetric: 'PERSON',
    dismissInsight: 'PERSON',
    endDevice: 'PERSON',
    exportData: 'PERSON',
    // Signing in must work for a device that still sends its old token along.
    login: 'ANYONE',
    logout: 'PERSON',
    logoutEverywhere: 'PERSON',
    rateInsight: 'PERSON',
    refreshInsights: 'PERSON',
    refreshSession: 'ANYONE',
    register: 'ANYONE',
    undo: 'PERSON',
    undoImport: 'PERSON',
    updateEntry: 'PERSON',
    updateMetric: 'PERSON',
    updateProfile: 'PERSON',
  },
  Subscription: {
    changes: 'PERSON',
    job: 'PERSON',
  },
};

/**
 * The plain routes of the domains. LINK: no header counts, the path carries a signed token instead. It says whose it is and
 * what for, lives minutes (a download, that may have to go on, an hour), and ends with the session that asked for it.
 */
export const routeAccess: Readonly<Record<string, 'LINK'>> = {
  'GET exports': 'LINK',
  'PUT imports': 'LINK',
};
