/** Where all tabs of this page meet. */
export const NAMESPACE = 'who-is-here'
