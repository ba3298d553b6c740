"use client";

export default function Row({ order }) {
  return <p data-id={order.id}>{order.mailer ? "can be mailed" : "cannot be mailed"}</p>;
}
