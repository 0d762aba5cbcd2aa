/** quick: for demos and tests. real: the delays of the real platforms. */
export type Pace = 'quick' | 'real'
