/** @param {{ notBefore: string, notAfter: string }} validity */
export const spanInDays = ({ notBefore, notAfter }) =>
  Math.round((Date.parse(notAfter) - Date.parse(notBefore)) / 86_400_000)
