"use client";

const stripe = process.env.NEXT_PUBLIC_STRIPE_SECRET;
const billing = process.env.BILLING_WEBHOOK;

async function pay() {
  await fetch("https://api.example.com/pay", { method: "POST", headers: { a: stripe, b: billing } });
}

export default function Settings() {
  return (
    <button onClick={pay} data-anon={process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY}>
      Pay
    </button>
  );
}
