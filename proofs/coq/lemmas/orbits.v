(* The drift of the charge |u|^2 - |w|^2 along the orbit (a u, w / a) of a symmetry. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning complete.
From Equipartition.statements Require Import noise_equilibrium.
From Equipartition.lemmas Require noether.
Module L := Equipartition.lemmas.noether.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Orbit.
Variables (R : realFieldType) (U W T : eucl R) (Z : finType).
Notation V := (pair_eucl (pair_eucl U W) T).
Variables (l : Z -> V -> R) (g : Z -> V -> V) (x : V).
Hypothesis keep : kept l g x.

Definition A (y : V) : V := ((y.1.1, - y.1.2), 0).
Lemma A_add y z : A (y + z) = A y + A z.
Proof. by rewrite /A /= opprD; congr ((_, _), _); rewrite addr0. Qed.
Lemma A_scale a y : A (a *: y) = a *: A y.
Proof. by rewrite /A /= -scalerN; congr ((_, _), _); rewrite scaler0. Qed.
Lemma A_sym y z : <<A y, z>> = <<y, A z>>.
Proof. by rewrite !pairE /= ipNl ipNr ip0l ip0r. Qed.
Lemma differenceE y : difference y = <<y, A y>>.
Proof. by rewrite !pairE /= ipNr ip0r addr0. Qed.

Lemma turned1 y : turned 1 y = y :> V.
Proof. by rewrite /turned invr1 !scale1r -!surjective_pairing. Qed.
Lemma turned_gradient z a : 0 < a -> g z (turned a x) = ((a^-1 *: (g z x).1.1, a *: (g z x).1.2), (g z x).2).
Proof.
move=> a0; have an := lt0r_neq0 a0; case: keep => inv gr.
have g1 := gr z 1 ltr01; rewrite turned1 in g1.
apply: (@gradient_transform R V (l z) (l z) (turned a) (fun v : V => ((a^-1 *: v.1.1, a *: v.1.2), v.2)) x _ _ _ _ _ _ _ g1 (gr z a a0)).
- by move=> y y'; rewrite /turned /=; congr ((_, _), _); rewrite scalerDr.
- by move=> b y; rewrite /turned /=; congr ((_, _), _); rewrite !scalerA mulrC.
- move=> y; exists (turned a^-1 y); rewrite /turned /= invrK !scalerA divff // mulVf // !scale1r.
  by rewrite -!surjective_pairing.
- by move=> y y'; rewrite !pairE /= !ipZl !ipZr !mulrA divff // mulVf // !mul1r.
by exists 1 => // h _; apply: inv.
Qed.
Lemma orthogonal z a : 0 < a -> <<A (turned a x), g z (turned a x)>> = 0.
Proof.
move=> a0; case: keep => inv gr; set y := turned a x.
pose c t : V := turned (1 + t) y.
have cv : vel c (A y).
  apply: (@vel_pair R (pair_eucl U W) T (fun t => ((1 + t) *: y.1.1, (1 + t)^-1 *: y.1.2)) (fun=> y.2)); last first.
    by move=> e e0; apply: smallT => t; rewrite subrr sub0r scaler0 oppr0 ip0l mulr_ge0 ?sqr_ge0 // ltW.
  apply: (@vel_pair R U W (fun t => (1 + t) *: y.1.1) (fun t => (1 + t)^-1 *: y.1.2)).
    by have := vel_scal y.1.1 (@deriv_id R); rewrite scale1r.
  by have := vel_scal y.1.2 (@deriv_inv R); rewrite scaleN1r.
have c0 : c 0 = y by rewrite /c addr0 turned1.
have gy : grad (l z) (c 0) (g z y) by rewrite c0; apply: gr.
rewrite ipC; apply: deriv_uniq (chain gy cv) _; apply: deriv_ext (deriv_cst (l z y)).
apply: small_impl (small_1t R) => t h; rewrite /c inv //.
by apply: lt_le_trans h; rewrite divr_gt0 ?ltr01 ?ltr0n.
Qed.

Lemma one_step z a eta gamma : 0 < a -> let y := turned a x in
  difference (y - eta *: (g z y + (2 * gamma) *: y)) = (1 - 2 * eta * gamma) ^+ 2 * difference y + eta ^+ 2 * difference (g z y).
Proof.
move=> a0 y; rewrite !differenceE.
exact: (L.sgd_charge A_add A_scale A_sym eta gamma (orthogonal z a0)).
Qed.

Lemma difference_turned a (y : V) : difference (turned a y) = a ^+ 2 * N y.1.1 - a ^- 2 * N y.1.2.
Proof. by rewrite /difference /= !NZ exprVn. Qed.
Lemma difference_gradient z a : 0 < a -> difference (g z (turned a x)) = a ^- 2 * N (g z x).1.1 - a ^+ 2 * N (g z x).1.2.
Proof. by move=> a0; rewrite turned_gradient // /difference /= !NZ exprVn. Qed.

Lemma mean_drift (p : Z -> R) a eta gamma : \sum_z p z = 1 -> 0 < a -> let y := turned a x in
  \sum_z p z * difference (y - eta *: (g z y + (2 * gamma) *: y)) - difference y
   = eta ^+ 2 * (\sum_z p z * difference (g z y)) - (1 - (1 - 2 * eta * gamma) ^+ 2) * difference y.
Proof.
move=> p1 a0 y; rewrite (eq_bigr (fun z => (1 - 2 * eta * gamma) ^+ 2 * difference y * p z + eta ^+ 2 * (p z * difference (g z y)))).
  by rewrite big_split /= -!mulr_sumr p1; move: (difference y) (\sum_z _) => *; ring.
by move=> z _; rewrite one_step // -/y; move: (p z) (difference y) (difference (g z y)) => *; ring.
Qed.
Lemma drift_formula (p : Z -> R) a eta gamma : \sum_z p z = 1 -> 0 < a -> let y := turned a x in let K := 1 - (1 - 2 * eta * gamma) ^+ 2 in
  \sum_z p z * difference (y - eta *: (g z y + (2 * gamma) *: y)) - difference y
   = a ^- 2 * (eta ^+ 2 * (\sum_z p z * N (g z x).1.1) + K * N x.1.2) - a ^+ 2 * (eta ^+ 2 * (\sum_z p z * N (g z x).1.2) + K * N x.1.1).
Proof.
move=> p1 a0 y K; rewrite mean_drift // -/y -/K difference_turned.
rewrite (eq_bigr (fun z => a ^- 2 * (p z * N (g z x).1.1) - a ^+ 2 * (p z * N (g z x).1.2))) => [|z _]; last first.
  by rewrite difference_gradient //; move: (a ^- 2) (N (g z x).1.1) (N (g z x).1.2) => *; ring.
rewrite sumrB -!mulr_sumr.
by move: (a ^- 2) (\sum_z _) (\sum_z _) (N x.1.2) (N x.1.1) K => *; ring.
Qed.
End Orbit.

(* functions of a = e^t in the span of 1, a^2, a^-2 *)
Section Profile.
Variable R : realFieldType.
Implicit Types (a b p q r : R).

Lemma deriv_log_profile p q r a : deriv_log (fun a => r + p * a ^- 2 + q * a ^+ 2) a (- 2 * (p * a ^- 2) + 2 * (q * a ^+ 2)).
Proof.
have e1 := derivZ (p * a ^- 2) (@deriv_expz R (- 2%:Z)); have e2 := derivZ (q * a ^+ 2) (@deriv_expz R 2%:Z).
have := derivD (derivD (deriv_cst r) e1) e2.
rewrite (_ : 0 + _ + _ = - 2 * (p * a ^- 2) + 2 * (q * a ^+ 2)); last first.
  by rewrite mulrNz add0r mulrN mulNr mulrC [_ * 2]mulrC.
apply: deriv_ext; apply: smallT => h.
by rewrite -exprnN -exprnP !exprMn (invfM (a ^+ 2)) -!(mulrA p) -!(mulrA q).
Qed.
Lemma deriv_log_ext (f h : R -> R) a v : 0 < a -> (forall b, 0 < b -> f b = h b) -> deriv_log f a v -> deriv_log h a v.
Proof.
move=> a0 e; apply: deriv_ext; apply: small_impl (small_1t R) => t ht; apply: e.
by rewrite mulr_gt0 //; apply: lt_le_trans ht; rewrite divr_gt0 ?ltr01 ?ltr0n.
Qed.

Lemma profile_falls p q a b : 0 <= p -> 0 <= q -> p + q != 0 -> 0 < a -> a < b ->
  b ^- 2 * p - b ^+ 2 * q < a ^- 2 * p - a ^+ 2 * q.
Proof.
move=> p0 q0 pq a0 ab; have b0 := lt_trans a0 ab.
have s : a ^+ 2 < b ^+ 2 by rewrite ltr_sqr ?nnegrE ?ltW.
have i : b ^- 2 < a ^- 2 by rewrite ltf_pinv ?posrE ?exprn_gt0.
have [p1|p1] := eqVneq p 0.
  have q1 : 0 < q by rewrite lt0r q0 andbT; apply: contraNneq pq => ->; rewrite p1 addr0.
  by rewrite p1 !mulr0 !sub0r ltr_opp2 ltr_pmul2r.
apply: ltr_le_sub; first by rewrite ltr_pmul2r // lt0r p1.
by rewrite ler_wpmul2r // ltW.
Qed.
Lemma profile_zero p q a : 0 < a -> (a ^- 2 * p - a ^+ 2 * q == 0) = (p == q * a ^+ 4).
Proof.
move=> a0; have a2 : a ^- 2 != 0 by rewrite invr_neq0 // expf_neq0 // lt0r_neq0.
rewrite (_ : _ - _ = a ^- 2 * (p - q * a ^+ 4)); last by field; rewrite lt0r_neq0.
by rewrite mulf_eq0 (negbTE a2) subr_eq0.
Qed.
Lemma profile_root (F : rcfType) (p q : F) : 0 < p -> 0 < q -> exists2 a, 0 < a & p = q * a ^+ 4.
Proof.
move=> p0 q0; exists (Num.sqrt (Num.sqrt (p / q))); first by rewrite !sqrtr_gt0 divr_gt0.
have h : 0 <= p / q by rewrite divr_ge0 ?ltW.
by rewrite (exprM _ 2 2) sqr_sqrtr ?sqrtr_ge0 // sqr_sqrtr // mulrC divfK ?lt0r_neq0.
Qed.
Lemma profile_least p q a b : 0 < q -> 0 < a -> 0 < b -> p = q * a ^+ 4 -> b != a ->
  p * a ^- 2 + q * a ^+ 2 < p * b ^- 2 + q * b ^+ 2.
Proof.
move=> q0 a0 b0 -> ba; rewrite -subr_gt0 (_ : _ - _ = q * ((b ^+ 2 - a ^+ 2) / b) ^+ 2); last by field; rewrite !lt0r_neq0.
have n1 : b ^+ 2 - a ^+ 2 != 0 by rewrite subr_sqr mulf_neq0 ?subr_eq0 // lt0r_neq0 // addr_gt0.
have n2 : (b ^+ 2 - a ^+ 2) / b != 0 by rewrite mulf_neq0 // invr_neq0 // lt0r_neq0.
by rewrite mulr_gt0 // lt0r sqr_ge0 andbT expf_neq0.
Qed.
Lemma vanish (Z : finType) (V V' : eucl R) (p : Z -> R) (h : Z -> V) (v : V') e k gamma : (forall z, 0 < p z) -> 0 < e -> 0 <= k -> (k = 0 <-> gamma = 0) ->
  (e * (\sum_z p z * N (h z)) + k * N v = 0 <-> (forall z, h z = 0) /\ gamma *: v = 0).
Proof.
move=> p0 e0 k0 kg; have s0 : 0 <= \sum_z p z * N (h z) by apply: sumr_ge0 => z _; rewrite mulr_ge0 ?N_ge0 // ltW.
split=> [/eqP|[h0 gv]].
  rewrite paddr_eq0 ?mulr_ge0 ?N_ge0 ?(ltW e0) // !mulf_eq0 (gt_eqF e0) /= => /andP[s /orP kv]; split=> [z|].
    move: s; rewrite psumr_eq0 => [/allP/(_ z)|y _]; last by rewrite mulr_ge0 ?N_ge0 // ltW.
    by rewrite mem_index_enum => /(_ isT); rewrite implyTb mulf_eq0 (gt_eqF (p0 z)) => /eqP/N_eq0.
  by case: kv => [/eqP/kg ->|/eqP/N_eq0 ->]; rewrite ?scale0r ?scaler0.
rewrite big1 => [|z _]; last by rewrite h0 ip0l mulr0.
move/eqP: gv; rewrite scaler_eq0 => /orP[/eqP/kg ->|/eqP ->]; by rewrite ?ip0l !mulr0 ?mul0r addr0.
Qed.
Lemma vanish_not (Z : finType) (V V' : eucl R) (p : Z -> R) (h : Z -> V) (v : V') e k gamma : (forall z, 0 < p z) -> 0 < e -> 0 <= k -> (k = 0 <-> gamma = 0) ->
  (e * (\sum_z p z * N (h z)) + k * N v != 0 <-> gamma *: v != 0 \/ exists z, h z != 0).
Proof.
move=> p0 e0 k0 kg; have [v1 v2] := vanish h v p0 e0 k0 kg; split=> [n|].
  have [g0|] := eqVneq (gamma *: v) 0; last by left.
  right; apply/existsP; apply: contraNT n; rewrite negb_exists => /forallP h0.
  by apply/eqP/v2; split=> // z; apply/eqP; have := h0 z; rewrite negbK.
case=> [n|[z n]]; [apply: contraNneq n | apply: contraNneq n] => /v1[h0 g0]; first by rewrite g0.
by rewrite h0.
Qed.
End Profile.
