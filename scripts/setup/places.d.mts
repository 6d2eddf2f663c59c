export const cache: string;
export const isCheckout: boolean;
