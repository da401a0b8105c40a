(* What is proved of the entropic loss, claim by claim.                                                      *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra fingroup perm.
From Equipartition.library Require Import inner_product derivatives.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* A batch is a set of B of the n samples; the mean over all of them. tr Cov(g) = E|g|^2 - |grad L|^2.        *)
Definition entropic_loss_minibatch_statement : Prop :=
  forall (R : realFieldType) (V : eucl R) (n : nat) (g : 'I_n -> V) (B : nat),
  (1 < n)%N -> (0 < B)%N -> (B <= n)%N ->
  let batches := [set b : {set 'I_n} | #|b| == B] in
  let gradL : V := n%:R^-1 *: \sum_z g z in
  (\sum_(b in batches) N (B%:R^-1 *: \sum_(z in b) g z)) / #|batches|%:R
    = N gradL + (n%:R - B%:R) / (B%:R * n.-1%:R) * ((\sum_z N (g z)) / n%:R - N gradL).

(* The core of the second order: M i j = H_i g_j. Over all orders s of the samples the sum over the pairs in *)
(* which j comes before i is on average half of the sum over all pairs.                                      *)
Definition entropic_loss_epoch_mean_order_statement : Prop :=
  forall (V : zmodType) (n : nat) (M : 'I_n -> 'I_n -> V),
  (\sum_(s : {perm 'I_n}) \sum_(i < n) \sum_(j < n | (j < i)%N) M (s i) (s j)) *+ 2
    = (\sum_i \sum_(j | j != i) M i j) *+ n`!.
