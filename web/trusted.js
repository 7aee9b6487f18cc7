/** Where Trusted Types are enforced a script's address must come from the one policy allowed. */

const policy = globalThis.trustedTypes?.createPolicy('certmint', { createScriptURL: (url) => url })

/** @param {string} url of a file of the page's own */
export const scriptURL = (url) => policy?.createScriptURL(url) ?? url
