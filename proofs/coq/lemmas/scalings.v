(* The law of any scaling of blocks, at every point and at a stationary one. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning blocks.
From Equipartition.lemmas Require Import balance.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Scalings.
Variables (R : realFieldType) (V : eucl R) (B : finType) (space : B -> eucl R) (P : blocks V space).
Variables (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R) (d : B -> int).
Hypothesis grads : differentiable l g x.
Hypothesis eta0 : eta != 0.
Hypothesis sym : symmetric l (scale P d) x.
Notation F := (F p l g (fun y : V => eta *: y) gamma).

(* how far the block b is from balance by itself *)
Definition excess b : R := \sum_z p z * N (part P b (g z x)) - 4%:R * gamma / eta * N (part P b x).

Lemma excess_sum : \sum_z p z * <<g z x, generator P d (g z x)>> - 4%:R * gamma / eta * <<x, generator P d x>>
  = \sum_b (d b)%:~R * excess b.
Proof.
have -> : \sum_z p z * <<g z x, generator P d (g z x)>>
   = \sum_b (d b)%:~R * (\sum_z p z * N (part P b (g z x))).
  rewrite (eq_bigr (fun z => \sum_b (d b)%:~R * (p z * N (part P b (g z x))))) => [|z _].
    by rewrite exchange_big; apply: eq_bigr => b _; rewrite mulr_sumr.
  by rewrite generator_quad mulr_sumr; apply: eq_bigr => b _; ring.
rewrite generator_quad mulr_sumr -sumrB; apply: eq_bigr => b _.
by rewrite /excess mulrBr; congr (_ - _); ring.
Qed.

Theorem scaling_law GF : grad F x GF ->
  \sum_b (d b)%:~R * <<part P b x, part P b GF>> = - (eta / 2) * (\sum_b (d b)%:~R * excess b).
Proof.
move=> /(balance_master_sgd (scale_family P d) grads sym (generator_scale P d) eta0).
by rewrite generator_ip excess_sum.
Qed.
Corollary scaling_stationary : grad F x 0 -> \sum_b (d b)%:~R * excess b = 0.
Proof.
move=> /(balance_stationary (scale_family P d) grads sym (generator_scale P d) eta0)/eqP.
by rewrite -subr_eq0 excess_sum => /eqP.
Qed.
End Scalings.
