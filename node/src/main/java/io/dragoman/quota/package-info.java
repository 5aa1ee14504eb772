/**
 * The shared language-model quota, as pure functions of state, input and time. A leaf.
 *
 * <p>The ledger's side: {@link io.dragoman.quota.LedgerKeeper} answers each refresh, with {@code
 * Gathering} (how an epoch begins), {@code Votes} (who may own it), {@code Books} (what counts) and
 * {@code Grants} (who gets what). A node's side: {@link io.dragoman.quota.Gate} decides who may
 * send, from the lease of its {@link io.dragoman.quota.Lessee}. Between them go a {@link
 * io.dragoman.quota.Refresh} and a {@link io.dragoman.quota.Reply}, and every rule of both is in
 * {@link io.dragoman.quota.Rules}. What travels or is stored has a {@link
 * io.dragoman.quota.BinaryForm}, which the releases before and after this one understand.
 *
 * <p>What the other packages see of it: {@link io.dragoman.quota.QuotaGate}, the door that every
 * request passes, with {@code SessionQuota}, {@code Turn} and {@code Permit}; and {@link
 * io.dragoman.quota.QuotaMeter}.
 */
@NullMarked
package io.dragoman.quota;

import org.jspecify.annotations.NullMarked;
